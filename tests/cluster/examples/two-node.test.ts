/** examples/two-node: a node that is lost is fenced, by the second level where the first one fails, and the other one serves. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  execOnNode,
  labDown,
  startNode,
  waitOnline,
  type Lab,
} from "../../../lab";
import {
  bringUp,
  eventually,
  fenceAgent,
  installFenceAgent,
  onNode,
  suitesOr,
  whereAre,
} from "../harness";
import { byId, values } from "../life/observe";
import { fetched } from "./client";
import { exampleLife } from "./life";

const ip = "192.0.2.80";

/** The node that runs the group and answers; asked from a node that lives. */
async function serves(lab: Lab, asked: string): Promise<string> {
  const node = await whereAre(lab, ["web_ip", "web_service"], asked);
  assert.match(await fetched(lab, `http://${ip}/`), /^200 .*nginx/s);
  return node;
}

for (const suite of suitesOr("trixie"))
  describe(`examples/two-node (${suite})`, { concurrency: false }, () => {
    let lab: Lab;
    before(
      async () => {
        lab = await bringUp(suite, 2);
      },
      { timeout: 12 * 60_000 },
    );
    after(() => labDown(lab.name), { timeout: 60_000 });

    test("comes up, serves on after its node is lost, stays there, and goes", async (t) => {
      await installFenceAgent(lab);
      const nodes = lab.nodes.map(({ name }) => name);
      await exampleLife(t, lab, {
        folder: "two-node",
        // The lab's own agent in both places. As the nodes' own controller, it says that it could not.
        config: {
          ip,
          ...{ bmcAgent: fenceAgent.name, pduAgent: fenceAgent.name },
          ...Object.fromEntries(
            nodes.flatMap((node) => [
              [`bmc.${node}.switch`, "own"],
              [`bmc.${node}.broken`, "true"],
              [`plugs.${node}`, node],
            ]),
          ),
          "pdu.switch": "power",
        },
        secrets: {
          "pdu.password": fenceAgent.password,
          ...Object.fromEntries(
            nodes.map((node) => [`bmc.${node}.password`, fenceAgent.password]),
          ),
        },
        watched: [{ active: { program: "nginx" }, holds: { address: ip } }],
        whileUp: async (project, watch) => {
          const lost = await serves(lab, "node-01");
          const other = nodes.find((node) => node !== lost)!;
          assert.deepEqual(await project.outputs(), {
            activeNode: lost,
            url: `http://${ip}/`,
          });
          assert.equal(
            values(await byId(lab, "stay"))["resource-stickiness"],
            "100",
          );

          await watch.end(lost);
          await onNode(
            lab,
            lost,
            ...["systemctl", "kill", "-s", "KILL", "corosync"],
          );
          await eventually(
            `the web server on ${other}`,
            async () =>
              (await serves(lab, other)) === other ? true : undefined,
            60,
          );
          await assert.rejects(
            async () => execOnNode(lab, lost, ["/bin/true"]),
            /is down/,
          );
          const history = await onNode(
            lab,
            other,
            ...["stonith_admin", "--history", lost, "--output-as=xml"],
          );
          assert.match(history, /status="success"/);
          const tried = await onNode(
            lab,
            other,
            ...["grep", "-oE", `using (bmc-${lost}|pdu)`],
            "/var/log/pacemaker/pacemaker.log",
          );
          assert.match(
            tried,
            new RegExp(`^using bmc-${lost}\n[^]*using pdu\n`),
          );

          await startNode(lab, lost);
          await waitOnline(lab);
          await watch.begin(lost);
          assert.equal(await serves(lab, other), other);
        },
      });
    });
  });
