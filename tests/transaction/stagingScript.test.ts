import test, { afterEach, beforeEach, describe } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  readStaged,
  stagingScript,
} from "../../provider/src/cluster/transaction/stage";
import {
  addConstraint,
  withSecrets,
  type PcsCommand,
} from "../../provider/src/pcs/commands";
import { fixture, suites } from "../model/fixtures";
import { runScript } from "./fakeCluster";

const boundary = `stage-${randomBytes(12).toString("hex")}`;
let folder: string;

function stub(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pacemaker-staging-"));
  // Each stub keeps what it was called with; the last one also what it was given to read.
  stub(
    "pcs",
    `for a; do printf '%s\\0' "$a"; done >>'${folder}/argv'; printf '\\n\\0' >>'${folder}/argv'; cat >>'${folder}/stdin'; echo "$0" >>"$2"`,
  );
  stub("crm_verify", `cp "$2" '${folder}/verified'`);
  stub(
    "crm_diff",
    `cp "$2" '${folder}/old'; cp "$4" '${folder}/new'; pwd >'${folder}/cwd'; dirname "$2" >'${folder}/work'; echo '<diff/>'; exit 1`,
  );
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Runs the script, and returns the argument lists that pcs got. */
async function stage(cib: string, commands: readonly PcsCommand[]) {
  const result = await runScript(
    stagingScript(cib, commands, boundary),
    folder,
  );
  const calls = readdirSync(folder).includes("argv")
    ? read("argv")
        .split("\n\0")
        .slice(0, -1)
        .map((call) => call.split("\0").slice(0, -1))
    : [];
  return { ...result, calls };
}

const outcome = (
  { stdout, stderr }: { stdout: string; stderr: string },
  commands: readonly PcsCommand[],
) => readStaged(stdout + stderr, commands, boundary, "node-01");

for (const suite of suites)
  test(`a real CIB of ${suite} reaches the node as it is`, async () => {
    const cib = fixture(suite, "cib-smtp.xml");
    const result = await stage(cib, []);
    assert.equal(read("old"), cib);
    assert.equal(read("new"), cib);
    assert.equal(result.code, 0);
    assert.equal(result.stderr, "");
    assert.deepEqual(outcome(result, []), { diff: "<diff/>\n" });
  });

test("a CIB full of what means something to a shell", async () => {
  const cib = `<cib a="$(touch '${folder}/pwned')\` id\`\\ \\\\ $HOME \${HOME} ' ! * ~ &quot; %s \\n">\nEOF\n'\n"\n$(exit 1)\n\\\n\ttab  \n</cib>\n`;
  await stage(cib, []);
  assert.equal(read("old"), cib);
  assert.ok(!readdirSync(folder).includes("pwned"));
});

test("a CIB without a last line break gets one", async () => {
  await stage("<cib/>", []);
  assert.equal(read("old"), "<cib/>\n");
});

test("a CIB of 1 MiB, in one line and in many", async () => {
  for (const filling of ["x".repeat(1 << 20), "$(id) 'x'\n".repeat(1 << 17)]) {
    const cib = `<cib>${filling}</cib>\n`;
    await stage(cib, []);
    assert.ok(read("old") === cib);
  }
});

test("every argument reaches pcs as it is, and the file comes first", async () => {
  const hostile = [
    "",
    "'",
    "$(id)",
    "`id`",
    "\\",
    "!",
    "~",
    "-n",
    "*",
    "# x",
    "ü",
    '"',
    "a'b'c",
    "=",
    "a b",
    "x=$HOME",
    "{a,b}",
    "%s",
    ";",
    "&",
    "|",
    "a\nb",
  ];
  const { calls } = await stage("<cib/>", [hostile, ["resource", "x"]]);
  assert.equal(calls.length, 2);
  const [flag, file, ...words] = calls[0]!;
  assert.equal(flag, "-f");
  assert.match(file!, /\/new\.xml$/);
  assert.deepEqual(words, hostile);
  assert.deepEqual(calls[1], ["-f", file, "resource", "x"]);
});

test("any arguments", async () => {
  const word = fc
    .string({ unit: "grapheme", maxLength: 12 })
    .map((text) => Buffer.from(text.replace(/\0/g, "")).toString());
  const command = fc.array(
    word.filter((text) => text !== "\n"),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 1, maxLength: 5 }),
      async (commands) => {
        writeFileSync(join(folder, "argv"), "");
        const { calls } = await stage(
          "<cib/>",
          commands.map((words) => ["resource", ...words]),
        );
        assert.deepEqual(
          calls.map((call) => call.slice(2)),
          commands.map((words) => ["resource", ...words]),
        );
      },
    ),
    { numRuns: 15 },
  );
});

test("no command reads the script as its own input", async () => {
  await stage("<cib/>", [["resource", "x"]]);
  assert.equal(read("stdin"), "");
});

test("the copy is changed, the original is not, and the changed one is verified", async () => {
  await stage("<cib/>\n", [["resource", "x"]]);
  assert.equal(read("old"), "<cib/>\n");
  assert.equal(read("new"), `<cib/>\n${folder}/pcs\n`);
  assert.equal(read("verified"), read("new"));
});

test("nothing is left on the node", async () => {
  await stage("<cib/>", [["resource", "x"]]);
  assert.throws(() => readdirSync(read("work").trim()), { code: "ENOENT" });
});

test("nothing is left on the node after a refusal either, and what comes later is not run", async () => {
  stub(
    "pcs",
    `dirname "$2" >'${folder}/work'; echo "$3" >>'${folder}/ran'; [ "$3" = good ] || { echo "Error: no" >&2; exit 3; }`,
  );
  const commands = [["good"], ["bad"], ["later"]];
  const result = await stage("<cib/>", commands);
  assert.equal(read("ran"), "good\nbad\n");
  const staged = outcome(result, commands);
  assert.ok("refusedCommand" in staged);
  assert.equal(staged.refusedCommand, 1);
  assert.match(
    staged.error.message,
    /refused "pcs bad" \(exit code 3\):\n {4}Error: no\nNothing was changed in the cluster\.$/,
  );
  assert.throws(() => readdirSync(read("work").trim()), { code: "ENOENT" });
});

test("the work is in a folder that only the user reads", async () => {
  stub("pcs", `stat -c %a "$(dirname "$2")" "$2" >'${folder}/modes'`);
  await stage("<cib/>", [["x"]]);
  assert.equal(read("modes"), "700\n600\n");
});

test("what a login shell prints at the end does not become part of the difference", async () => {
  const result = await stage("<cib/>", []);
  const noisy = {
    stdout: `Welcome!\n${result.stdout}`,
    stderr: "mesg: ttyname failed\n",
  };
  const staged = outcome(noisy, []);
  assert.ok("diff" in staged);
  assert.match(staged.diff, /^<diff\/>\n/);
});

test("no difference", async () => {
  stub("crm_diff", "exit 0");
  assert.deepEqual(outcome(await stage("<cib/>", []), []), { diff: "" });
});

test("crm_diff fails", async () => {
  stub("crm_diff", "echo 'crm_diff: no' >&2; exit 65");
  const result = await stage("<cib/>", []);
  const staged = outcome(result, []);
  assert.ok("isUnable" in staged);
  assert.equal(
    staged.error.message,
    "crm_diff on node-01 failed (exit code 65):\n    crm_diff: no\nNothing was changed in the cluster.",
  );
});

test("pcs is not there", async () => {
  const script = stagingScript("<cib/>", [["resource", "x"]], boundary).replace(
    " pcs -f",
    " no-such-pcs -f",
  );
  const result = await runScript(script, folder);
  const staged = outcome(result, [["resource", "x"]]);
  assert.ok("isUnable" in staged);
  assert.match(
    staged.error.message,
    /refused "pcs resource x" \(exit code 127\):\n.*no-such-pcs: .*not found/,
  );
});

/**
 * A pcs whose start script is Python, as the real one's is: then all commands run in one process. This one writes down
 * what it is called with, fails at "bad", and dies at "dead".
 */
function pythonPcs(): { python: string; lib: string } {
  const found = spawnSync(
    "python3",
    ["-c", "import sys; print(sys.executable)"],
    { encoding: "utf8" },
  );
  const python = (found.stdout ?? "").trim();
  const lib = join(folder, "lib");
  mkdirSync(join(lib, "pcs"), { recursive: true });
  writeFileSync(join(lib, "pcs", "__init__.py"), "");
  mkdirSync(join(lib, "pcs", "lib"));
  writeFileSync(join(lib, "pcs", "lib", "__init__.py"), "");
  writeFileSync(
    join(lib, "pcs", "lib", "external.py"),
    `class CommandRunner:
    def __init__(self, env_vars):
        self.env_vars = env_vars
    def run(self, args, stdin_string=None, env_extend=None, binary_output=False):
        with open("${folder}/tools", "a") as file:
            file.write(" ".join(args[:2]) + "\\n")
        return "of the tool", "", 0
`,
  );
  writeFileSync(
    join(lib, "pcs", "utils.py"),
    `usefile, filename = False, ""
def run(args, ignore_stderr=False, string_for_stdin=None, env_extend=None, binary_output=False):
    with open("${folder}/tools", "a") as file:
        file.write(" ".join(args[:2]) + "\\n")
    return "of the tool", 0
def cibadmin(*options, stdin=None):
    return run(["cibadmin", *options], string_for_stdin=stdin)
`,
  );
  writeFileSync(
    join(lib, "pcs", "app.py"),
    `import json, os, signal, sys
with open("${folder}/imports", "a") as file:
    file.write("once\\n")
def main(argv):
    with open("${folder}/calls", "a") as file:
        file.write(json.dumps(argv) + "\\n")
    if "dead" in argv:
        os.kill(os.getpid(), signal.SIGKILL)
    if "tools" in argv:
        from pcs.lib.external import CommandRunner
        runner = CommandRunner({"CIB_file": argv[1]})
        old, _, code = runner.run(["/usr/sbin/cibadmin", "--local", "--query"])
        for name, content in ("a", old), ("b", old + argv[3] + "\\n"):
            with open(argv[1] + name, "w") as file:
                file.write(content)
        compare = ["/usr/sbin/crm_diff", "--original", argv[1] + "a", "--new", argv[1] + "b", "--no-version"]
        difference, _, code = runner.run(compare)
        assert code == 1 and difference
        if "elsewhere" in argv:
            with open(argv[1], "a") as file:
                file.write("by somebody else\\n")
        patch = ["/usr/sbin/cibadmin", "--patch", "--verbose", "--xml-pipe"]
        if runner.run(patch, stdin_string=difference)[2] != 0:
            return 1
        assert runner.run(["/usr/sbin/crm_resource", "--show-metadata", "x"]) == ("of the tool", "", 0)
        assert runner.run(["/usr/sbin/crm_verify", "--xml-file", "x"]) == ("of the tool", "", 0)
        return
    if "older" in argv:
        from pcs import utils
        utils.usefile, utils.filename = True, argv[1]
        whole, code = utils.cibadmin("-l", "-Q")
        assert code == 0
        replace = "--replace", "-V", "--xml-pipe", "-o", "configuration"
        part = '<cib stale="1"><configuration>%s</configuration></cib>' % argv[3]
        utils.cibadmin(*replace, stdin=whole + whole if "odd" in argv else part)
        utils.cibadmin("-Q", "--xpath", "//x")
        return
    if "bad" in argv:
        print("Error: no", file=sys.stderr)
        return 3
    with open(argv[1], "a") as file:
        file.write(argv[2] + "\\n")
`,
  );
  writeFileSync(
    join(folder, "pcs"),
    `#! ${python} -B\nimport sys\nfrom pcs import app\nsys.exit(app.main(sys.argv[1:]))\n`,
  );
  chmodSync(join(folder, "pcs"), 0o755);
  return { python, lib };
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const needsPython = { skip: !hasPython && "python3 is not on this machine" };

const calls = (): string[][] =>
  read("calls")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as string[]);

test("all commands run by one start of Python", needsPython, async () => {
  const { lib } = pythonPcs();
  const commands = [
    ["one", "ü 'x' $(id)\n", ""],
    ["two", boundary.slice(1)],
  ];
  const result = await runScript(
    stagingScript("<cib/>\n", commands, boundary),
    folder,
    { PYTHONPATH: lib },
  );
  assert.equal(result.stderr, "");
  assert.equal(read("imports"), "once\n");
  assert.deepEqual(
    calls().map((argv) => argv.slice(2)),
    commands,
  );
  for (const [flag, file] of calls()) {
    assert.equal(flag, "-f");
    assert.match(file!, /\/new\.xml$/);
  }
  assert.equal(read("new"), "<cib/>\none\ntwo\n");
});

test(
  "what does not work in one process is run again on a new copy, by ordinary calls, whose word counts",
  needsPython,
  async () => {
    const { lib } = pythonPcs();
    const commands = [["one"], ["bad"]];
    const result = await runScript(
      stagingScript("<cib/>\n", commands, boundary),
      folder,
      { PYTHONPATH: lib },
    );
    const staged = outcome(result, commands);
    assert.ok("refusedCommand" in staged);
    assert.equal(staged.refusedCommand, 1);
    assert.match(
      staged.error.message,
      /refused "pcs bad" \(exit code 3\):\n {4}Error: no\nNothing was changed/,
    );
    assert.deepEqual(
      calls().map((argv) => argv[2]),
      ["one", "bad", "one", "bad"],
    );
    assert.equal(existsSync(join(folder, "new")), false);
  },
);

test(
  "the tools that only read, compare and write the file are not started",
  needsPython,
  async () => {
    const { lib } = pythonPcs();
    const commands = [
      ["tools", "one"],
      ["tools", "twö"],
    ];
    await runScript(stagingScript("<cib/>\n", commands, boundary), folder, {
      PYTHONPATH: lib,
    });
    assert.equal(read("new"), "<cib/>\none\ntwö\n");
    assert.deepEqual(read("tools").trimEnd().split("\n"), [
      "/usr/sbin/crm_resource --show-metadata",
      "/usr/sbin/crm_verify --xml-file",
      "/usr/sbin/crm_verify --xml-file",
    ]);
  },
);

test("nor are those of pcs's older commands", needsPython, async () => {
  const { lib } = pythonPcs();
  const commands = [
    ["older", "<a/>"],
    ["older", "<ü/>"],
  ];
  const cib = `<cib epoch="1"><configuration b="c">\n<b/></configuration><status/></cib>\n`;
  await runScript(stagingScript(cib, commands, boundary), folder, {
    PYTHONPATH: lib,
  });
  assert.equal(
    read("new"),
    `<cib epoch="1"><configuration><ü/></configuration><status/></cib>\n`,
  );
  assert.deepEqual(read("tools").trimEnd().split("\n"), [
    "cibadmin -Q",
    "cibadmin -Q",
  ]);
});

test(
  "a replacement that is not one configuration for another is the tool's work",
  needsPython,
  async () => {
    const { lib } = pythonPcs();
    const cib = "<cib><configuration></configuration></cib>\n";
    for (const [whole, command] of [
      ["<cib/>\n", ["older", "<a/>"]],
      [cib, ["older", "<a/>", "odd"]],
    ] as const) {
      await runScript(stagingScript(whole, [command], boundary), folder, {
        PYTHONPATH: lib,
      });
      assert.equal(read("new"), whole);
      assert.match(read("tools"), /^cibadmin --replace$/m);
      rmSync(join(folder, "tools"));
    }
  },
);

test(
  "a difference to something else is not written: the ordinary calls are asked",
  needsPython,
  async () => {
    const { lib } = pythonPcs();
    const commands = [["tools", "one", "elsewhere"]];
    const result = await runScript(
      stagingScript("<cib/>\n", commands, boundary),
      folder,
      { PYTHONPATH: lib },
    );
    assert.equal(calls().length, 2);
    // This ordinary call's own tools do nothing here.
    assert.ok("refusedCommand" in outcome(result, commands));
  },
);

test("what crm_verify only warns of is no refusal", async () => {
  const warned = (words: string) => {
    stub(
      "crm_verify",
      `case $2 in *new.xml) echo "crm_verify: ${words}" >&2; exit 78;; esac`,
    );
    return runScript(
      stagingScript("<cib/>\n", [["one"]], boundary),
      folder,
    ).then((result) => outcome(result, [["one"]]));
  };
  const accepted = await warned(
    "Warnings found during check: config may not be valid",
  );
  assert.ok(!("error" in accepted));
  assert.ok(
    "error" in (await warned("Errors found during check: config not valid")),
  );
});

test(
  "a result that crm_verify refuses is made again by ordinary calls, whose word counts",
  needsPython,
  async () => {
    const { lib } = pythonPcs();
    stub(
      "crm_verify",
      `echo "$2" | sed 's/.*\\///' >>'${folder}/verified'; case $2 in *new.xml) echo "no schema" >&2; exit 78;; esac`,
    );
    const commands = [["one"]];
    const result = await runScript(
      stagingScript("<cib/>\n", commands, boundary),
      folder,
      { PYTHONPATH: lib },
    );
    assert.deepEqual(
      calls().map((argv) => argv[2]),
      ["one", "one"],
    );
    const staged = outcome(result, commands);
    assert.ok("error" in staged);
    assert.match(
      staged.error.message,
      /^crm_verify on node-01 refuses the changed configuration \(exit code 78\):\n {4}no schema\n/,
    );
    assert.deepEqual(read("verified").trimEnd().split("\n"), [
      "new.xml",
      "old.xml",
      "new.xml",
      "old.xml",
    ]);
  },
);

test("a pcs that is killed has not done its work", needsPython, async () => {
  const { lib } = pythonPcs();
  const commands = [["one"], ["dead"], ["three"]];
  const result = await runScript(
    stagingScript("<cib/>\n", commands, boundary),
    folder,
    { PYTHONPATH: lib },
  );
  const staged = outcome(result, commands);
  assert.ok("refusedCommand" in staged, JSON.stringify(staged));
  assert.equal(staged.refusedCommand, 1);
});

test("a pcs whose insides are not where they were", needsPython, async () => {
  const { python } = pythonPcs();
  writeFileSync(
    join(folder, "pcs"),
    `#! ${python}\nimport sys\nopen("${folder}/calls", "a").write("called\\n")\nopen(sys.argv[2], "a").write(sys.argv[3] + "\\n")\n`,
  );
  await stage("<cib/>\n", [["one"], ["two"]]);
  assert.equal(read("new"), "<cib/>\none\ntwo\n");
  assert.equal(read("calls"), "called\ncalled\n");
});

test(
  "a difference that was cut off is made again by ordinary calls, whose word counts",
  needsPython,
  async () => {
    const { lib } = pythonPcs();
    stub("crm_diff", `printf '<diff><change id="one'; exit 1`);
    await runScript(stagingScript("<cib/>\n", [["one"]], boundary), folder, {
      PYTHONPATH: lib,
    });
    assert.deepEqual(
      calls().map((argv) => argv[2]),
      ["one", "one"],
    );
  },
);

describe("what may be a secret stands in no argument", () => {
  const canary = "canary-of-an-option";
  const commands = [
    withSecrets(["resource", "create", "x", `passwd=${canary}`], [canary]),
    addConstraint(`<x secret="${canary}"/>`),
  ];

  /** Each tool keeps what it was called with, and cibadmin writes what it was given to read. */
  function keepArguments(): void {
    const keep = (tool: string) =>
      `printf '%s\n' "${tool} $*" >>'${folder}/arguments'`;
    for (const tool of ["crm_resource", "stonith_admin", "crm_ticket"])
      stub(tool, keep(tool));
    stub("cibadmin", `${keep("cibadmin")}; cat >>"$CIB_file"`);
  }

  /** A pcs that has the agent check what it was told, as pcs 0.12 always has, and writes it into the file. */
  function checkingPcs(): NodeJS.ProcessEnv {
    const { lib } = pythonPcs();
    writeFileSync(
      join(lib, "pcs", "app.py"),
      `import subprocess
def main(argv):
    with open("/proc/self/cmdline") as own, open("${folder}/arguments", "a") as file:
        file.write(own.read().replace("\\0", " ") + "\\n")
    for tool in "crm_resource", "stonith_admin":
        words = [tool, "--validate", "--output-as", "xml", "--option", argv[-1]]
        with subprocess.Popen(words, stdout=subprocess.PIPE, universal_newlines=True) as process:
            assert process.communicate()[0].startswith("<pacemaker-result>"), "no answer"
    subprocess.run(["crm_ticket", "--info"], check=True)
    with open(argv[1], "a") as file:
        file.write(argv[-1] + "\\n")
`,
    );
    return { PYTHONPATH: lib };
  }

  const assertWithout = (): void => {
    assert.equal(
      read("new").trimEnd(),
      `<cib/>\npasswd=${canary}\n<x secret="${canary}"/>`,
    );
    const kept = read("arguments").trimEnd().split("\n");
    assert.equal(
      kept.filter((line) => line.startsWith("crm_ticket")).length,
      1,
    );
    for (const line of kept) {
      assert.ok(!line.includes(canary), line);
      assert.doesNotMatch(line, /--validate/);
    }
    assert.ok(kept.some((line) => line.startsWith("cibadmin --create")));
  };

  test("where the runner serves", needsPython, async () => {
    keepArguments();
    const env = checkingPcs();
    const script = stagingScript("<cib/>\n", commands, boundary);
    const result = await runScript(script, folder, env);
    assert.ok("diff" in outcome(result, commands), JSON.stringify(result));
    assertWithout();
  });

  test("where the runner does not know this pcs", needsPython, async () => {
    keepArguments();
    const env = checkingPcs();
    rmSync(join(folder, "lib", "pcs", "utils.py"));
    const script = stagingScript("<cib/>\n", commands, boundary);
    const result = await runScript(script, folder, env);
    assert.ok("diff" in outcome(result, commands), JSON.stringify(result));
    assertWithout();
  });

  test(
    "where a command is refused, and ordinary calls have the last word",
    needsPython,
    async () => {
      keepArguments();
      const env = checkingPcs();
      stub("cibadmin", "echo no >&2; exit 1");
      const script = stagingScript("<cib/>\n", commands, boundary);
      const staged = outcome(await runScript(script, folder, env), commands);
      assert.ok("refusedCommand" in staged);
      assert.equal(staged.refusedCommand, 1);
      const kept = read("arguments");
      assert.equal(kept.match(/crm_ticket/g)?.length, 2, kept);
      assert.ok(!kept.includes(canary), kept);
    },
  );

  test("where pcs is no Python program: nothing is started, and the node is of no use", async () => {
    keepArguments();
    const { calls, ...result } = await stage("<cib/>", commands);
    assert.deepEqual(calls, []);
    const staged = outcome(result, commands);
    assert.ok("isUnable" in staged);
    assert.equal(
      staged.error.message,
      `node-01: pcs there is started by something else than Python, and would take the options of "pcs resource create x ` +
        `passwd=..." as arguments, where everybody on the node may read them. Put the distribution's own /usr/sbin/pcs ` +
        `back in its place.\nNothing was changed in the cluster.`,
    );
  });
});
