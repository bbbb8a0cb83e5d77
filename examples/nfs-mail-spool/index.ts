import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";

const config = new pulumi.Config();

// Two Postfixes in one queue destroy it. That a node which is not heard of does not write to it any more is known once it is fenced.
const power = new pacemaker.StonithDevice("power", {
  agent: config.require("fenceAgent"),
  options:
    config.requireSecretObject<Record<string, string | number | boolean>>(
      "fenceOptions",
    ),
  hosts: config.requireObject<Record<string, string | number>>("plugs"),
});
const fencing = new pacemaker.ClusterProperties(
  "fencing",
  { properties: { "stonith-enabled": true }, adopt: "update" },
  { dependsOn: power },
);

// All three name the group that will start them, one after the other. A destroy stops them while the cluster can still fence.
const afterFencing = { dependsOn: fencing };
const spool = new pacemaker.Primitive(
  "mail_spool",
  {
    agent: "ocf:heartbeat:Filesystem",
    options: {
      device: config.require("device"),
      directory: "/var/spool/postfix",
      fstype: config.require("fstype"),
      options: config.require("mountOptions"),
    },
    operations: {
      start: { timeout: "60s" },
      // A stop that runs past it gets its node fenced.
      stop: { timeout: "60s" },
      monitor: { interval: "20s", timeout: "40s" },
    },
    group: "mail",
  },
  afterFencing,
);
const address = new pacemaker.FloatingIp(
  "mail_ip",
  {
    ip: config.require("ip"),
    cidrNetmask: config.requireNumber("cidrNetmask"),
    group: "mail",
  },
  afterFencing,
);
// What lies in the queue is not stranded on a node: it stays in the file system.
const strandedMail = "leave";
const postfix = new pacemaker.SystemdResource(
  "mail_postfix",
  { unit: "postfix", followWrapper: true, group: "mail", strandedMail },
  afterFencing,
);
const mail = new pacemaker.ResourceGroup("mail", {
  members: [spool.resourceId, address.resourceId, postfix.resourceId],
  meta: { "resource-stickiness": 100 },
  listeningPorts: [25],
  strandedMail,
});

export const activeNode = mail.activeNode;
export const endpoint = pulumi.interpolate`${address.ip}:25`;
