import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";

const config = new pulumi.Config();

// The connection comes from the stack's `pacemaker:connection`.
const smtp = new pacemaker.SmtpStack("smtp", {
  ip: config.require("ip"),
  cidrNetmask: config.requireNumber("cidrNetmask"),
  nic: config.get("nic"),
  unit: config.get("unit"),
  monitorInterval: config.get("monitorInterval"),
  adopt: config.get<"update">("adopt"),
  rollback: config.getBoolean("rollback"),
});

export const activeNode = smtp.activeNode;
export const address = smtp.address;
export const endpoint = smtp.endpoint;
