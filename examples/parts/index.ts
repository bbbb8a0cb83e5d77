import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";

const config = new pulumi.Config();

// Both name the group that will start them: until it does, they stand in the cluster's configuration, stopped.
const group = "web";

const address = new pacemaker.FloatingIp("web_ip", {
  ip: config.require("ip"),
  cidrNetmask: 24,
  monitorInterval: "10s",
  group,
});

const service = new pacemaker.SystemdResource("web_service", {
  unit: "nginx",
  // After three failures on one node, move to another; forget a failure after ten minutes.
  meta: { "migration-threshold": 3, "failure-timeout": "10min" },
  group,
});

const web = new pacemaker.ResourceGroup(group, {
  // They start in this order and stop in the reverse one.
  members: [address.resourceId, service.resourceId],
  // Once started, it has to stay where it is when another node comes back.
  meta: { "resource-stickiness": 100 },
  // The update succeeds once something listens there, at the address.
  listeningPorts: [80],
});

export const activeNode = web.activeNode;
export const url = pulumi.interpolate`http://${address.ip}/`;
