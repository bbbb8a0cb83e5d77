import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";

const config = new pulumi.Config();

// What runs on every node.
const nginx = new pacemaker.Primitive("nginx", {
  agent: "systemd:nginx",
  operations: { monitor: { interval: "10s" } },
  // After three failures the node is given up; ten minutes later it gets another chance.
  meta: { "migration-threshold": 3, "failure-timeout": "10min" },
});
const web = new pacemaker.Clone("web", { resource: nginx });

const cidrNetmask = config.requireNumber("cidrNetmask");
const addresses = Object.entries(
  config.requireObject<Record<string, string>>("addresses"),
).map(([name, ip]) => {
  const address = new pacemaker.FloatingIp(
    name,
    // It moves for a reason only: not since something else has come or gone.
    { ip, cidrNetmask, meta: { "resource-stickiness": 1 } },
    // A destroy takes the constraints away first, and these no longer say what has to stop before what.
    { dependsOn: web },
  );
  return { name, address };
});

addresses.forEach(({ name, address }, index) => {
  // An address is where nginx is healthy, starts after it and stops before it.
  new pacemaker.ColocationConstraint(`${name}-with-web`, {
    resource: address,
    withResource: web,
  });
  new pacemaker.OrderConstraint(`web-then-${name}`, {
    first: web,
    then: address,
  });
  // Each is on a node of its own while there are enough of them. With -INFINITY, the last node would hold but one.
  for (const other of addresses.slice(0, index))
    new pacemaker.ColocationConstraint(`${name}-apart-from-${other.name}`, {
      resource: address,
      withResource: other.address,
      score: -1000,
    });
});

export const urls = addresses.map(
  ({ address }) => pulumi.interpolate`http://${address.ip}/`,
);
