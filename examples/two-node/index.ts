import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";

type Options = Record<string, string | number | boolean>;

const config = new pulumi.Config();
const plugs = config.requireObject<Record<string, string | number>>("plugs");
const nodes = Object.keys(plugs);

// A node is switched off by its own controller. Without power that does not answer: then by the power switch.
const bmc = config.requireSecretObject<Record<string, Options>>("bmc");
const pdu = new pacemaker.StonithDevice("pdu", {
  agent: config.require("pduAgent"),
  options: config.requireSecretObject<Options>("pdu"),
  hosts: plugs,
});
const levels = nodes.flatMap((node) => {
  const own = new pacemaker.StonithDevice(`bmc-${node}`, {
    agent: config.require("bmcAgent"),
    options: bmc.apply((all) => all[node]),
    hosts: [node],
  });
  return [own, pdu].map(
    ({ resourceId }, index) =>
      new pacemaker.StonithLevel(`${node}-${index + 1}`, {
        node,
        level: index + 1,
        devices: [resourceId],
      }),
  );
});

const fencing = new pacemaker.ClusterProperties(
  "fencing",
  {
    properties: {
      "stonith-enabled": true,
      // The node that is left has quorum by corosync's two_node, and never by ignoring that it has none.
      "no-quorum-policy": "stop",
      // Where both live and do not hear each other, both would fence: the one without the web server waits.
      "priority-fencing-delay": "10s",
    },
    // Until its devices were there, the cluster may have been run without fencing.
    adopt: "update",
  },
  { dependsOn: levels },
);

const stay = new pacemaker.ResourceDefaults("stay", {
  // A node that comes back does not take back what has moved meanwhile: that would be a second outage.
  values: { "resource-stickiness": 100, "migration-threshold": 3 },
});

// Nothing runs before the cluster can fence, and a destroy stops it while the cluster still can.
const afterFencing = { dependsOn: [fencing, stay] };
const address = new pacemaker.FloatingIp(
  "web_ip",
  {
    ip: config.require("ip"),
    cidrNetmask: config.requireNumber("cidrNetmask"),
    group: "web",
  },
  afterFencing,
);
const service = new pacemaker.SystemdResource(
  "web_service",
  { unit: "nginx", group: "web" },
  afterFencing,
);
const web = new pacemaker.ResourceGroup("web", {
  members: [address.resourceId, service.resourceId],
  // What priority-fencing-delay goes by.
  meta: { priority: 10 },
  listeningPorts: [80],
});

export const activeNode = web.activeNode;
export const url = pulumi.interpolate`http://${address.ip}/`;
