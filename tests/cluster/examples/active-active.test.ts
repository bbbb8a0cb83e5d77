/** examples/active-active: nginx on every node, and two addresses that are where it is healthy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab";
import {
  eventually,
  onLab,
  onNode,
  statuses,
  suitesOr,
  type Watched,
} from "../harness";
import { fetched } from "./client";
import { exampleLife } from "./life";

const addresses = { www1: "192.0.2.81", www2: "192.0.2.82" };

/** By address the node that holds it. The two have to be apart, and to answer. */
async function places(lab: Lab): Promise<Record<string, string>> {
  const found = await statuses(lab);
  const entries = Object.keys(addresses).map((name) => {
    const { role, nodes } = found.get(name)!;
    assert.equal(role, "Started", name);
    assert.equal(nodes.length, 1, name);
    return [name, nodes[0]!] as const;
  });
  const [one, two] = entries.map(([, node]) => node);
  assert.notEqual(one, two);
  for (const ip of Object.values(addresses))
    assert.match(await fetched(lab, `http://${ip}/`), /^200 .*nginx/s);
  return Object.fromEntries(entries);
}

const broken = "/etc/nginx/conf.d/broken.conf";

for (const suite of suitesOr("trixie"))
  onLab(suite, "examples/active-active", (lab) => {
    test("comes up, moves an address to where nginx is healthy, and goes", async (t) => {
      await exampleLife(t, lab(), {
        folder: "active-active",
        config: Object.fromEntries(
          Object.entries(addresses).map(([name, ip]) => [
            `addresses.${name}`,
            ip,
          ]),
        ),
        watched: Object.values(addresses).map((address): Watched => ({
          active: { address },
          holds: { program: "nginx" },
        })),
        whileUp: async (project) => {
          const { www1: node = "", www2 } = await places(lab());
          assert.deepEqual(await project.outputs(), {
            urls: Object.values(addresses).map((ip) => `http://${ip}/`),
          });
          // nginx stops there, and does not start again; the address goes to the one node that has none.
          await onNode(
            lab(),
            node,
            "/bin/sh",
            "-c",
            `echo nonsense >${broken}`,
          );
          t.after(() => onNode(lab(), node, "rm", "-f", broken));
          const from = Date.now() / 1000;
          await onNode(lab(), node, "systemctl", "stop", "nginx");
          await eventually("www1 on the third node", async () => {
            const now = await places(lab());
            return ![node, www2].includes(now.www1) && now.www2 === www2
              ? true
              : undefined;
          });
          const to = Date.now() / 1000;
          await onNode(lab(), node, "rm", broken);
          await onNode(lab(), node, "pcs", "resource", "cleanup", "nginx");
          return [{ from, to }];
        },
      });
    });
  });
