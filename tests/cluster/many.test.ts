import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { execOnNode, type Lab } from "../../lab";
import {
  configuration,
  epoch,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  statuses,
  succeeded,
  whereAre,
} from "./harness";
import { remoteCommands } from "./life/commands";
import { membersOf } from "./life/observe";
import { group, programOf, type Declaration } from "./life/programs";

const groups = ["many-1", "many-2", "many-3", "many-4", "many-5"];
const membersIn = (name: string) =>
  ["a", "b", "c"].map((letter) => `${name}_${letter}`);
const members = groups.flatMap(membersIn);

/** Members of a group that another program will make: they are registered, and wait for it. */
const waiting = Array.from({ length: 80 }, (_, index) => `waiting-${index}`);

const address = (id: string, last: number, inGroup: string): Declaration => [
  "FloatingIp",
  id,
  {
    ...{ ip: `198.51.100.${last}`, cidrNetmask: 32, nic: "eth0" },
    group: inGroup,
  },
];

const program = programOf(
  ...waiting.map((id, index) => address(id, 101 + index, "later")),
  ...members.map((id, index) => address(id, 1 + index, id.split("_")[0]!)),
  ...groups.map((name) => group(name, membersIn(name))),
);

/** As many at a time as the program has, instead of the CLI's few per processor. */
const atOnce = ["--parallel=200"];

onLab("bookworm", "a hundred resources at once", (lab) => {
  test("one connection a node, four channels at a time, and nothing left", async (t) => {
    const before = await configuration(lab());
    for (const [node, settings] of Object.entries(
      await onEveryNode(lab(), "/usr/sbin/sshd -T"),
    )) {
      assert.match(settings, /^maxsessions 10$/m, node);
      assert.match(settings, /^maxstartups 10:30:100$/m, node);
    }
    const project = await makeProject(t, lab(), {
      program,
      env: { PACEMAKER_DEBUG: "1" },
    });
    const sessions = await watchSessions(t, lab());
    const up = succeeded(await project.up(atOnce));
    assert.deepEqual(up.changes, { create: 101 });
    t.diagnostic(
      `up: ${up.seconds.toFixed(1)} s, ${remoteCommands(up).length} remote commands`,
    );
    for (const name of groups) {
      assert.deepEqual(await membersOf(lab(), name), membersIn(name));
      await whereAre(lab(), membersIn(name));
    }
    const known = await statuses(lab());
    assert.deepEqual(
      waiting.filter((id) => known.get(id)?.role !== "Stopped"),
      [],
    );

    const version = await epoch(lab());
    nothingChanged(await project.up(["--expect-no-changes", ...atOnce]));
    const refresh = nothingChanged(
      await project.refresh(["--expect-no-changes", ...atOnce]),
    );
    const asked = remoteCommands(refresh);
    t.diagnostic(`refresh: ${asked.join("; ")}`);
    // Two looks at the cluster, and on each node a login, its name, and whether what was proved there still holds.
    const looks = 2 + 3 * lab().nodes.length;
    assert.ok(asked.length > 0 && asked.length <= looks, asked.join("\n"));
    assert.equal(await epoch(lab()), version);

    const gone = succeeded(await project.destroy(atOnce));
    t.diagnostic(
      `destroy: ${gone.seconds.toFixed(1)} s, ${remoteCommands(gone).length} remote commands`,
    );
    assert.equal(await configuration(lab()), before);
    for (const [node, text] of Object.entries(
      await onEveryNode(lab(), "ip -o address show"),
    ))
      assert.doesNotMatch(text, /198\.51\.100\./, node);

    const served = await sessions.stop();
    for (const [node, seen] of Object.entries(served)) {
      t.diagnostic(`${node}: ${JSON.stringify(seen)}`);
      assert.ok(seen.looks > 50, node);
      assert.ok(seen.connections <= 1, `${seen.connections} on ${node}`);
      assert.ok(seen.commands <= 4, `${seen.commands} on ${node}`);
      assert.deepEqual(seen.refused, [], node);
      // One for each operation; the second `up` asks whether those that wait for a group still do.
      assert.ok(seen.logins <= 4, `${seen.logins} on ${node}`);
    }
    assert.ok(
      Object.values(served).some(({ commands }) => commands > 1),
      "commands run side by side",
    );
  });
});

/** In CI, less of it. */
const isWhole = !process.env.CI || process.env.PACEMAKER_EVERY_SUITE === "1";
const primitives = isWhole ? 100 : 60;

/** Resources that wait for a group, and so many constraints of them, of the four kinds. */
const constrained = (constraints: number): Declaration[] => {
  const ids = Array.from(
    { length: primitives },
    (_, index) => `dummy-${index}`,
  );
  const agent = "ocf:pacemaker:Dummy";
  const kinds = (index: number): Declaration => {
    const [one, two] = [ids[index], ids[index + primitives / 2]] as [
      string,
      string,
    ];
    const name = `constraint-${index}`;
    return [
      [
        "LocationConstraint",
        name,
        { resource: one, node: "node-01", score: 5 },
      ],
      [
        "ColocationConstraint",
        name,
        { resource: one, withResource: two, score: 5 },
      ],
      ["OrderConstraint", name, { first: one, then: two }],
      ["TicketConstraint", name, { ticket: "t", resource: one }],
    ][index % 4] as unknown as Declaration;
  };
  return [
    ...ids.map(
      (id) =>
        ["Primitive", id, { agent, group: "later" }] as unknown as Declaration,
    ),
    ...Array.from({ length: constraints }, (_, index) => kinds(index)),
  ];
};

onLab("bookworm", "constraints", (lab) => {
  test("cost no remote command more than the resources that they are about", async (t) => {
    const commands: string[][] = [];
    for (const constraints of [0, primitives / 2]) {
      const project = await makeProject(t, lab(), {
        program: programOf(...constrained(constraints)),
        env: { PACEMAKER_DEBUG: "1" },
      });
      const up = succeeded(await project.up(atOnce));
      const asked = remoteCommands(up);
      t.diagnostic(
        `${constraints} constraints: ${up.seconds.toFixed(1)} s, ${asked.length} remote commands`,
      );
      commands.push(
        // While the cluster probes what is new, its status moves, and the difference is offered until it is still: as often as
        // the machine is slow.
        asked.filter((command) => !/--patch|--no-children/.test(command)),
      );
      const { length } =
        (await configuration(lab())).match(/<rsc_(?!def)/g) ?? [];
      assert.equal(length ?? 0, constraints);
      succeeded(await project.destroy(atOnce));
    }
    const [without, beside] = commands as [string[], string[]];
    assert.ok(
      beside.length <= without.length,
      `with:\n${beside.join("\n")}\nwithout:\n${without.join("\n")}`,
    );
  });
});

interface Sessions {
  /** How often was looked. */
  looks: number;
  /** The most that there were at one time: of logins, and of commands that one of them ran. */
  connections: number;
  commands: number;
  /** Logins in all, and what sshd said when it refused one, or a session. */
  logins: number;
  refused: string[];
}

const script = `
import json, os, time
def stat(pid):
    with open("/proc/%s/stat" % pid) as file: text = file.read()
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return name, rest[0], rest[1]
def title(pid):
    with open("/proc/%s/cmdline" % pid) as file: return file.read()
looks, connections, commands = 0, 0, 0
while not os.path.exists("/run/stop-looking"):
    known = {}
    for pid in os.listdir("/proc"):
        if not pid.isdigit(): continue
        try: known[pid] = stat(pid)
        except OSError: pass
    logins = {}
    for pid, (name, state, parent) in known.items():
        try:
            if name == "sshd" and title(pid).startswith("sshd: root@"): logins[pid] = 0
        except OSError: pass
    # What it has forked to run a command bears its name for a moment.
    logins = {pid: 0 for pid in logins if known[pid][2] not in logins}
    for pid, (name, state, parent) in known.items():
        if parent in logins and state != "Z": logins[parent] += 1
    looks += 1
    connections = max(connections, len(logins))
    commands = max([commands, *logins.values()])
    time.sleep(0.05)
print(json.dumps({"looks": looks, "connections": connections, "commands": commands}))
`;

/** Counts, on each node, what sshd serves from now on. */
async function watchSessions(test: TestContext, lab: Lab) {
  const since = await onEveryNode(lab, "date +%s");
  const stopAll = () => onEveryNode(lab, "touch /run/stop-looking");
  const running = lab.nodes.map(async ({ name }) => {
    const argv = ["/usr/bin/python3", "-c", script];
    const result = await execOnNode(lab, name, argv, { timeoutMs: 600_000 });
    const log = await onEveryNode(
      lab,
      `journalctl -u ssh --since "@${since[name]!.trim()}" --output cat`,
    );
    const lines = log[name]!.split("\n");
    const matching = (pattern: RegExp) =>
      lines.filter((line) => pattern.test(line));
    return [
      name,
      {
        ...(JSON.parse(result.stdout) as Sessions),
        logins: matching(/^Accepted /).length,
        refused: matching(/no more sessions|drop connection|MaxStartups/),
      },
    ] as const;
  });
  const all = Promise.all(running);
  test.after(async () => {
    await stopAll();
    await all;
    await onEveryNode(lab, "rm -f /run/stop-looking");
  });
  return {
    async stop(): Promise<Record<string, Sessions>> {
      await stopAll();
      return Object.fromEntries(await all);
    },
  };
}
