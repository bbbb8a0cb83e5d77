import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";

const config = new pulumi.Config();

// How to reach the nodes comes from the stack's configuration: `pacemaker:connection`, see the README.
const smtp = new pacemaker.SmtpStack("smtp", {
  ip: config.require("ip"),
  cidrNetmask: config.requireNumber("cidrNetmask"),
});

export const activeNode = smtp.activeNode;
export const address = smtp.address;
export const endpoint = smtp.endpoint;
