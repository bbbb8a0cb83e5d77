/** examples/gateway: nginx on every node, its files the same on all of them, and two addresses that move together. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../../lab/command";
import type { Lab } from "../../../lab";
import { REPO } from "../../../scripts/cli/places";
import {
  activeUnits,
  addresses,
  eventually,
  failedWith,
  onEveryNode,
  onLab,
  onNode,
  succeeded,
  suitesOr,
  whereAre,
  type Watched,
} from "../harness";
import { processOf } from "../life/observe";
import { fetched, serveInLab } from "./client";
import { exampleLife } from "./life";

const ip = "192.0.2.80";
const ip6 = "2001:db8::80";
const members = ["gateway_ip", "gateway_ip6"];
/** Servers on the lab's client. */
const backends = [8080, 8081].map((port) => ({
  port,
  at: `192.0.2.1:${port}`,
  answer: `from ${port}`,
}));

const fixture = (name: string) =>
  readFileSync(join(REPO, "tests/outcome/fixtures", name), "utf8");

/** The client's own address in the gateway's IPv6 network: it lives in the lab's namespace. */
async function withIp6(lab: Lab): Promise<void> {
  await run([
    ...["ip", "-netns", lab.namespace, "address", "replace"],
    ...["2001:db8::1/64", "dev", "lab0", "nodad"],
  ]);
}

/** The node that holds both addresses, once the gateway answers at each with what a backend said. */
async function serves(lab: Lab, answer: string): Promise<string> {
  const node = await whereAre(lab, members);
  const held = await addresses(lab, node);
  for (const one of [`${ip}/24`, `${ip6}/64`])
    assert.ok(held.includes(one), `${node} holds ${held.join()}`);
  for (const host of [ip, `[${ip6}]`])
    assert.equal(await fetched(lab, `https://${host}/`), `200 ${answer}`);
  assert.match(await fetched(lab, `http://${ip}/`), /^301 /);
  return node;
}

for (const suite of suitesOr("bookworm"))
  onLab(suite, "examples/gateway", (lab) => {
    test("comes up, takes another backend without a restart, moves, and goes", async (t) => {
      await withIp6(lab());
      for (const { port, answer } of backends)
        await serveInLab(t, lab(), port, answer);
      const pristine = await onEveryNode(lab(), "cat /etc/nginx/nginx.conf");
      t.after(async () => {
        for (const [node, text] of Object.entries(pristine))
          await onNode(
            lab(),
            node,
            ...[
              "/bin/sh",
              "-c",
              'printf %s "$1" >/etc/nginx/nginx.conf; rm -f /etc/nginx/gateway.*',
              "-",
            ],
            text,
          );
      });
      const [first, second] = backends as [
        (typeof backends)[0],
        (typeof backends)[0],
      ];
      await exampleLife(t, lab(), {
        folder: "gateway",
        config: {
          name: "www.example.org",
          ...{ ip, ip6, nic: "eth0" },
          "backends[0]": first.at,
          certificate: fixture("mail.cert.pem"),
        },
        secrets: { key: fixture("mail.key.pem") },
        watched: [ip, ip6].map((address): Watched => ({
          active: { address },
          holds: { program: "nginx" },
        })),
        whileUp: async (project) => {
          const node = await serves(lab(), first.answer);

          // Other content is loaded everywhere by the nginx that runs; what nginx does not take reaches no node.
          const running = () =>
            Promise.all(
              lab().nodes.map(({ name }) => processOf(lab(), name, "nginx")),
            );
          const before = await running();
          const backend = (at: string) => [
            ...["--config-path", "--config", `backends[0]=${at}`],
          ];
          succeeded(await project.up(backend(second.at)));
          await eventually("the other backend", () =>
            serves(lab(), second.answer),
          );
          failedWith(
            await project.preview(backend("192.0.2.1:99999")),
            'invalid port in upstream "192.0.2.1:99999"',
            "Nothing was changed on any node",
          );
          assert.deepEqual(await running(), before);

          await onNode(lab(), node, "pcs", "node", "standby", node);
          const other = await eventually("the gateway elsewhere", async () => {
            const now = await serves(lab(), second.answer);
            return now === node ? undefined : now;
          });
          const active = await activeUnits(lab(), ["nginx"]);
          assert.deepEqual(active[node], []);
          assert.deepEqual(active[other], ["nginx"]);
          await onNode(lab(), node, "pcs", "node", "unstandby", node);
          await eventually("nginx on each node again", async () => {
            const now = await activeUnits(lab(), ["nginx"]);
            const all = Object.values(now).every((units) => units.length === 1);
            return all ? true : undefined;
          });
          assert.equal(await serves(lab(), second.answer), other);
        },
      });
    });
  });
