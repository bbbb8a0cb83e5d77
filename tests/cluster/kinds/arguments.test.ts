/** Options that are secrets stand in the arguments of no process, whichever way pcs is run on the node. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  failedWith,
  fenceAgent,
  installFenceAgent,
  makeProject,
  onEveryNode,
  onLab,
  succeeded,
  suitesOr,
  watchArguments,
} from "../harness";
import { byId, values } from "../life/observe";

const { password } = fenceAgent;
const canary = "canary-of-an-option";

/** Each of the agents checks what it is given (validate-all). */
const program = (fake: string, operation: Record<string, string>) => `
new pacemaker.Primitive("dummy", { connection, agent: "ocf:pacemaker:Dummy",
  options: { fake: "${fake}", passwd: pulumi.secret("${canary}") },
  operations: { monitor: ${JSON.stringify(operation)} } });
new pacemaker.StonithDevice("power", { connection, agent: "${fenceAgent.name}", hosts: ["node-01"],
  options: { switch: "${fake}", password: pulumi.secret("${password}") } });
new pacemaker.Alert("told", { connection, path: "/bin/true",
  options: { word: "${fake}", token: pulumi.secret("${canary}") } });
`;

for (const suite of suitesOr("trixie"))
  onLab(suite, "what is a secret", (lab) => {
    // Without it the runner cannot be started, and pcs is called in the ordinary way.
    const pipes = "/usr/bin/mkfifo";

    for (const [way, isOrdinary, before, after] of [
      ["by the runner", false, "true", "true"],
      ["where it cannot be started", true, `mv ${pipes} ${pipes}.away`, `mv ${pipes}.away ${pipes}`], // prettier-ignore
    ] as const)
      test(`is made, changed and refused without an argument, ${way}`, async (t) => {
        await installFenceAgent(lab());
        await onEveryNode(lab(), before);
        t.after(() => onEveryNode(lab(), after));
        const ordinary = "--ordinary";
        const watch = watchArguments(t, lab(), [canary, password, ordinary]);
        const project = await makeProject(t, lab(), {
          program: program("one", { interval: "20s" }),
        });
        succeeded(await project.up());
        project.writeProgram(program("two", { interval: "15s" }));
        succeeded(await project.up());
        const calls = Object.values(await watch.stop()).flatMap(
          ({ found }) => found,
        );
        assert.equal(calls.some((one) => one.includes(ordinary)), isOrdinary); // prettier-ignore
        const again = watchArguments(t, lab(), [canary, password, ordinary]);
        // pcs alone knows that there is no such word, and says it in an ordinary call.
        project.writeProgram(
          program("two", { interval: "15s", nonsense: "1" }),
        );
        failedWith(await project.up(), 'refused "pcs resource');
        const looks = await again.stop();
        calls.push(...Object.values(looks).flatMap(({ found }) => found));
        for (const one of calls)
          assert.ok(!one.includes(canary) && !one.includes(password), one);
        for (const [node, { count }] of Object.entries(looks))
          assert.ok(count > 20, `${count} looks on ${node}`);
        assert.equal(values(await byId(lab(), "dummy")).passwd, canary);
        assert.equal(values(await byId(lab(), "power")).switch, "two");
        assert.equal(values(await byId(lab(), "told")).token, canary);
        succeeded(await project.destroy());
      });
  });
