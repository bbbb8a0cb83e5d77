import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab";
import {
  addToGroup,
  changeType,
  createPrimitive,
  createStandIn,
  deleteResource,
  deleteUnnamed,
  dissolveGroup,
  forgetFailures,
  removeFromGroup,
  removeFromTag,
  setMeta,
  setOperation,
  setOptions,
  type PcsCommand,
} from "../../../provider/src/pcs/commands";
import { stagedMeta, unstage } from "../../../provider/src/model/staging";
import { cibText, eventually, onLab, onNode, suitesOr } from "../harness";
import { differenceOf, stageOn } from "./staging";

const primitive = (id: string, more = ""): string =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="IPaddr2">` +
  `<instance_attributes id="${id}-options"><nvpair id="${id}-ip" name="ip" value="198.51.100.1"/>` +
  `<nvpair id="${id}-nic" name="nic" value="eth0"/></instance_attributes>` +
  `<operations><op id="${id}-monitor" name="monitor" interval="30s" timeout="20s"/>` +
  `<op id="${id}-start" name="start" interval="0s" timeout="20s"/></operations>${more}</primitive>`;

const systemd = (id: string): string =>
  `<primitive id="${id}" class="systemd" type="postfix"><operations>` +
  `<op id="${id}-monitor" name="monitor" interval="30s"/></operations></primitive>`;

const waiting =
  `<meta_attributes id="waiting-meta"><nvpair id="waiting-role" name="target-role" value="Stopped"/>` +
  `<nvpair id="waiting-mark" name="pulumi-staged" value="five"/></meta_attributes>`;

/** The lab's own CIB with resources in it, as somebody else may have made them. */
async function furnished(lab: Lab): Promise<string> {
  const empty = await cibText(lab);
  const cib = empty
    .replace(
      "<resources/>",
      `<resources>${primitive("alone")}${primitive("waiting", waiting)}${systemd("service")}` +
        `<group id="five">${["a", "b", "c", "d", "e"].map((id) => primitive(id)).join("")}</group>` +
        `<group id="two">${primitive("f")}${systemd("g")}</group></resources>`,
    )
    .replace(
      "<constraints/>",
      `<constraints><rsc_location id="prefers" rsc="alone" node="node-01" score="10"/>` +
        `<rsc_order id="after" first="five" then="alone"/></constraints>` +
        `<tags><tag id="one"><obj_ref id="a"/></tag><tag id="many"><obj_ref id="a"/><obj_ref id="b"/></tag></tags>`,
    );
  assert.match(cib, /id="many"/);
  assert.match(cib, /id="alone"/);
  return cib;
}

const monitor = { monitor: { interval: "30s" } };
const ip = (id: string, address: string) => ({
  id,
  agent: "ocf:heartbeat:IPaddr2",
  options: { ip: address },
  operations: monitor,
  meta: {},
});

/** What means something to a shell, to XML, to Python or to a terminal. Control characters never come this far. */
const hostile = {
  "x-quotes": `it's "quoted" \`id\` $(id) \${HOME}`,
  "x-xml": `<nvpair a="b"/> & &amp; ]]> <!-- -->`,
  "x-spaces": "  two  spaces  ",
  "x-words": `-f /dev/null --force; rm -rf x | y > z # c`,
  "x-backslash": "\\ \\n \\\\ \\x00 %s %n {a,b} * ? ~ !",
  "x-equals": "a=b==c",
  "x-unicode": "Grüße 日本語 🙂 é \u00a0 ‮",
  "x-long": "x".repeat(5000),
};

/** Batches in which no command hides what another one did. */
const batches: Record<string, PcsCommand[]> = {
  "what makes and changes": [
    createPrimitive(ip("new_ip", "192.0.2.25")),
    createPrimitive({
      ...ip("new-ip.6", "2001:db8::25"),
      options: { ip: "2001:db8::25", cidr_netmask: "64", nic: "eth0" },
      operations: {
        monitor: { interval: "1min", timeout: "45s" },
        start: { timeout: "33s" },
        stop: { timeout: "44" },
      },
      meta: { "migration-threshold": "3", ...stagedMeta("new-group") },
    }),
    createPrimitive({
      id: "new_service",
      agent: "systemd:postfix@-",
      options: {},
      operations: { ...monitor, stop: { timeout: "300s" } },
      meta: stagedMeta("new-group"),
    }),
    setOptions("alone", { ip: "192.0.2.26", cidr_netmask: "24" }),
    setOptions("a", { nic: "" }),
    setOperation("b", "monitor", { interval: "5s", timeout: "7s" }),
    setOperation("c", "start", { interval: "0s", timeout: "61s" }),
    setOperation("d", "stop", { interval: "0s", timeout: "62s" }),
    setMeta("five", { "resource-stickiness": "100" }),
    ...unstage(["waiting", "new_ip"]),
    setMeta("e", { "pulumi-staged": "two" }),
    addToGroup("new-group", ["new_ip", "new-ip.6"]),
    addToGroup("two", ["new_service"], { after: "f" }),
    addToGroup("five", ["alone"], { before: "c" }),
    addToGroup("five", ["waiting"]),
    changeType("service", "systemd", "postfix@-"),
    changeType("g", "systemd", `a&b<c"d'e`),
    createStandIn("to-come"),
    addToGroup("two", ["to-come"]),
  ],
  "what takes away": [
    removeFromTag("one", "a", true),
    removeFromTag("many", "a", false),
    removeFromGroup("five", ["b"]),
    removeFromGroup("five", ["d", "e"]),
    dissolveGroup("two"),
    deleteResource("a"),
    deleteResource("alone"),
    deleteUnnamed("waiting"),
    // Of one that has none as well.
    ...forgetFailures("f"),
  ],
  "hostile values": [
    setMeta("alone", hostile),
    ...Object.entries(hostile).map(([name, value]) =>
      setMeta("a", { [name]: value }),
    ),
    setOptions("b", { iflabel: `"'<&>$(id)`, ip: "-f" }),
    createPrimitive({
      ...ip("new_ip", "192.0.2.25"),
      meta: { ...hostile, ...stagedMeta("five") },
    }),
    setMeta("new_ip", { "x-spaces": "", "x-quotes": "" }),
  ],
};

const refused: Record<string, PcsCommand> = {
  "an id that is taken": createPrimitive(ip("alone", "192.0.2.25")),
  "an option that the agent does not have": setOptions("a", { nonsense: "1" }),
  "a member that is one already": addToGroup("five", ["a"]),
  "an id that is none": createPrimitive(ip("$(id) '", "192.0.2.25")),
};

for (const suite of suitesOr("trixie"))
  onLab(suite, "pcs commands in one process", (lab) => {
    for (const [what, commands] of Object.entries(batches))
      test(`${what}: the same configuration as by ordinary calls`, async (t) => {
        const cib = await furnished(lab());
        const at = Date.now();
        const runner = await stageOn(lab(), cib, commands, "python");
        const between = Date.now();
        const ordinary = await stageOn(lab(), cib, commands, "shell");
        t.diagnostic(
          `${commands.length} commands: ${between - at} ms in one process, ${Date.now() - between} ms by ordinary calls`,
        );
        const calls = commands.filter(([word]) => word !== "cibadmin").length;
        assert.deepEqual(runner.calls, Array(calls).fill("forked"));
        assert.deepEqual(ordinary.calls, Array(calls).fill("ordinary"));
        assert.notEqual(differenceOf(runner), "");
        assert.equal(differenceOf(runner), differenceOf(ordinary));
      });

    test("what nothing names is deleted as pcs deletes it", async () => {
      const cib = await furnished(lab());
      for (const id of ["waiting", "service"]) {
        const [ours, byPcs] = [deleteUnnamed(id), deleteResource(id)];
        const difference = differenceOf(await stageOn(lab(), cib, [ours]));
        assert.match(
          difference,
          new RegExp(`operation="delete" path="[^"]*${id}`),
        );
        assert.equal(
          difference,
          differenceOf(await stageOn(lab(), cib, [byPcs], "shell")),
        );
      }
    });

    test("the runner serves one staging after the other, is replaced when it was killed, and goes by itself", async () => {
      const cib = await furnished(lab());
      const node = lab().nodes[0]!.name;
      const home = "/tmp/pacemaker-of-a-test";
      const sh = (text: string) => onNode(lab(), node, "/bin/sh", "-c", text);
      const stage = async (name: string): Promise<string> => {
        const commands = [setMeta("a", { [name]: "1" })];
        const staging = await stageOn(
          lab(),
          cib,
          commands,
          "python",
          "of-a-test",
        );
        assert.match(differenceOf(staging), new RegExp(`name="${name}"`));
        return sh(`cat ${home}/pid`);
      };
      const first = await stage("first");
      assert.equal(await stage("second"), first);
      assert.equal(await sh(`stat -c %a ${home}`), "700\n");
      await sh(`kill -KILL ${first.trim()} $(pgrep -P ${first.trim()})`);
      assert.notEqual(await stage("third"), first);
      // Gone under its hands, it is replaced in this very staging.
      await sh(`kill -KILL $(pgrep -P "$(cat ${home}/pid)")`);
      await stage("fourth");
      await eventually("the runner to go", async () =>
        (await sh(`ls -d ${home} 2>/dev/null || true`)) === ""
          ? true
          : undefined,
      );
    });

    test("what pcs refuses is refused in its own words, and nothing comes of the rest", async () => {
      const cib = await furnished(lab());
      const good = setMeta("a", { good: "1" });
      for (const [what, command] of Object.entries(refused)) {
        const commands = [good, command, good];
        const { staged, calls } = await stageOn(lab(), cib, commands);
        const ordinary = await stageOn(lab(), cib, commands, "shell");
        assert.deepEqual(staged, ordinary.staged, what);
        assert.ok("refusedCommand" in staged, what);
        assert.equal(staged.refusedCommand, 1, what);
        // The verdict is that of an ordinary call.
        assert.equal(calls.at(-1), "ordinary", what);
      }
    });
  });
