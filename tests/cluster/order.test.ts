import { test } from "node:test";
import type { Suite } from "../../lab";
import { onLab, wholeLife } from "./harness";

const parts = `
const common = { connection, group: "smtp-stack" };
const makeIp = () =>
  new pacemaker.FloatingIp("smtp_ip", { ...common, ip, cidrNetmask });
const makeService = () =>
  new pacemaker.SystemdResource("smtp_service", { ...common, unit: "postfix", followWrapper: true });
const makeGroup = (members) =>
  new pacemaker.ResourceGroup("smtp-stack", { connection, members, listeningPorts: [25] });
`;

interface Order {
  /** One suite each: the whole life of a stack takes a while, and every order makes the same in the same cluster. */
  suite: Suite;
  program: string;
}

const orders: Record<string, Order> = {
  "the service first, ids as outputs": {
    suite: "bookworm",
    program: `${parts}
const service = makeService();
const address = makeIp();
makeGroup([address.resourceId, service.resourceId]);
`,
  },
  // Pulumi knows of no dependency: it creates, and deletes, all three at the same time.
  "the group first, ids as texts": {
    suite: "trixie",
    program: `${parts}
makeGroup(["smtp_ip", "smtp_service"]);
makeService();
makeIp();
`,
  },
};

for (const [order, { suite, program }] of Object.entries(orders))
  onLab(suite, "the order of the steps in a program", (lab) => {
    test(`${order}: the cluster's order and configuration are the same`, async (t) => {
      await wholeLife(t, lab(), { program });
    });
  });
