import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";
import { nginxConf } from "./nginx";

const config = new pulumi.Config();
const nic = config.get("nic");

// nginx's configuration, the same on every node, checked on all of them before it is replaced on any.
const files = new pacemaker.SynchronizedFiles("gateway_files", {
  files: {
    "/etc/nginx/nginx.conf": {
      content: nginxConf(
        config.require("name"),
        config.requireObject<string[]>("backends"),
      ),
    },
    "/etc/nginx/gateway.pem": { content: config.require("certificate") },
    "/etc/nginx/gateway.key": {
      content: config.requireSecret("key"),
      mode: "0600",
    },
  },
  // With a folder, the check sees a copy of all of it: what nginx.conf names without a path is looked for there.
  check: ["/usr/sbin/nginx", "-t", "-c", "{/etc/nginx}/nginx.conf"],
  activate: ["/usr/bin/systemctl", "try-reload-or-restart", "nginx"],
  // The node with the addresses comes last.
  service: "gateway",
});

// nginx runs on every node, ready for the addresses: it starts once its files are there.
const nginx = new pacemaker.Primitive(
  "nginx",
  {
    agent: "systemd:nginx",
    operations: { monitor: { interval: "10s" } },
    meta: { "migration-threshold": 3, "failure-timeout": "10min" },
  },
  { dependsOn: files },
);
const everywhere = new pacemaker.Clone("nginx-clone", { resource: nginx });

// The addresses stay together, and move together. A destroy takes them away before nginx.
const addresses = [
  new pacemaker.FloatingIp(
    "gateway_ip",
    {
      ip: config.require("ip"),
      cidrNetmask: config.requireNumber("cidrNetmask"),
      nic,
      group: "gateway",
    },
    { dependsOn: everywhere },
  ),
  new pacemaker.FloatingIp(
    "gateway_ip6",
    {
      ip: config.require("ip6"),
      cidrNetmask: config.requireNumber("cidrNetmask6"),
      nic,
      group: "gateway",
    },
    { dependsOn: everywhere },
  ),
];
const gateway = new pacemaker.ResourceGroup("gateway", {
  members: addresses.map(({ resourceId }) => resourceId),
  meta: { "resource-stickiness": 100 },
});

// They are where nginx is healthy, start after it and stop before it.
new pacemaker.ColocationConstraint("gateway-with-nginx", {
  resource: gateway,
  withResource: everywhere,
});
new pacemaker.OrderConstraint("nginx-then-gateway", {
  first: everywhere,
  then: gateway,
});

export const url = `https://${config.require("name")}/`;
