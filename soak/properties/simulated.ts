/**
 * A cluster of paper on a node of a lab: an sshd of its own, behind which Pacemaker's tools work on a file. Whatever is
 * changed in it, crm_simulate says what the cluster makes of it, and writes that down as if it had happened. So the whole
 * package, the node's pcs included, works on any configuration, and nothing is started or stopped.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { execOnNode, inNamespace, type Lab } from "../../lab";
import { labConnection } from "../../tests/cluster/harness/project";

const home = "/run/paper";
const file = `${home}/cib.xml`;
const port = 2222;

const advance = `#!/bin/sh
# Until nothing is left to do.
for _ in 1 2 3 4 5 6; do
  crm_simulate --xml-file ${file} --simulate --save-output ${file}.next --output-as=xml >${home}/simulated 2>&1 || exit 1
  mv ${file}.next ${file}
  ${home}/forget
  grep -q '<rsc_action' ${home}/simulated || exit 0
done
`;

/** Each node forgets what it did with a resource that has gone, which crm_simulate only announces. */
const forget = `#!/usr/bin/python3
import re
with open("${file}") as file: text = file.read()
configuration, status = text.split("<status>", 1) if "<status>" in text else (text, "")
kept = lambda found: found.group() if 'id="%s"' % found.group(1).split(":")[0] in configuration else ""
status = re.sub(r'<lrm_resource id="([^"]*)"(?:[^>]*/>|.*?</lrm_resource>)', kept, status, flags=re.S)
if status:
    with open("${file}", "w") as file: file.write(configuration + "<status>" + status)
`;

const tools: Record<string, string> = {
  "/usr/sbin/cibadmin": `#!/bin/sh
${home}/real-cibadmin "$@"
code=$?
case "$CIB_file $* " in "${file} "*"--patch "*) [ $code != 0 ] || ${home}/advance >&2 ;; esac
exit $code
`,
  "/usr/sbin/crmadmin": `#!/bin/sh
echo "Controller on node-01 in state S_IDLE: ok"
`,
  // No failure is ever on record.
  "/usr/sbin/crm_resource": `#!/bin/sh
case "$CIB_file $1" in "${file} --cleanup") exit 0 ;; esac
exec ${home}/real-crm_resource "$@"
`,
  // Every address of the configuration is on every node.
  "/usr/bin/ip": `#!/usr/bin/python3
import json, os, re, sys
if sys.argv[1:] != ["-json", "address", "show"] or os.environ.get("CIB_file") != "${file}":
    os.execv("${home}/real-ip", ["ip"] + sys.argv[1:])
with open("${file}") as file:
    found = re.findall(r'name="ip" value="([^"]+)"', file.read())
info = [{"family": "inet", "local": one, "prefixlen": 24} for one in found]
print(json.dumps([{"ifname": "eth0", "addr_info": info}]))
`,
};

const setUp = `set -e
rm -rf ${home}
mkdir -m 755 ${home}
cat >${home}/script
sed -n '/^@@ /=' ${home}/script >/dev/null
python3 - <<'END'
import os, re
with open("${home}/script") as file:
    parts = re.split(r"^@@ (.*)\\n", file.read(), flags=re.M)[1:]
for name, text in zip(parts[::2], parts[1::2]):
    with open("${home}/" + name, "w") as out: out.write(text)
    os.chmod("${home}/" + name, 0o755)
END
`;

const serve = [
  "set -e",
  ...Object.keys(tools).flatMap((path) => {
    const name = path.split("/").at(-1)!;
    return [
      `real=$(readlink -f ${path})`,
      `touch ${home}/real-${name}`,
      `mount --bind "$real" ${home}/real-${name}`,
      `mount --bind ${home}/${name} "$real"`,
    ];
  }),
  `exec /usr/sbin/sshd -D -e -p ${port} -o PidFile=none -o SetEnv=CIB_file=${file} -o MaxStartups=100`,
].join("\n");

const sh = async (
  lab: Lab,
  script: string,
  stdin?: string,
): Promise<string> => {
  const { code, stdout, stderr } = await execOnNode(
    ...([lab, lab.nodes[0]!.name, ["/bin/sh", "-c", script]] as const),
    { timeoutMs: 60_000, ...(stdin === undefined ? {} : { stdin }) },
  );
  if (code !== 0)
    throw new Error(`"${script}" ended with ${code}: ${stdout}${stderr}`);
  return stdout;
};

export interface Call {
  readonly kind: "floatingIp" | "systemdResource" | "resourceGroup";
  readonly verb: "check" | "create" | "update" | "delete" | "read";
  readonly inputs: Record<string, unknown>;
  readonly state?: Record<string, unknown>;
}

export type Answer =
  { readonly value: Record<string, unknown> } | { readonly error: string };

export class PaperCluster {
  private cases = 0;
  private last = 0;
  private readonly waiting = new Map<number, (answer: Answer) => void>();

  private constructor(
    private readonly lab: Lab,
    private readonly worker: ChildProcess,
  ) {
    createInterface({ input: worker.stdout! }).on("line", (line) => {
      const { id, ...answer } = JSON.parse(line) as Answer & { id: number };
      this.waiting.get(id)?.(answer);
      this.waiting.delete(id);
    });
    worker.on("close", () => {
      for (const answer of this.waiting.values())
        answer({ error: "the worker has ended" });
    });
  }

  static async start(lab: Lab): Promise<PaperCluster> {
    const parts = [
      ["advance", advance],
      ["forget", forget],
      ...Object.entries(tools).map(([path, text]) => [
        path.split("/").at(-1)!,
        text,
      ]),
      ["serve", serve],
    ].map(([name, text]) => `@@ ${name}\n${text}`);
    await sh(lab, setUp, `${parts.join("")}\n`);
    await sh(
      lab,
      `setsid unshare --mount --propagation private /bin/sh ${home}/serve >${home}/log 2>&1 & echo $! >${home}/pid; sleep 0.5; ss -Hltn 'sport = :${port}' | grep -q . || { cat ${home}/log; exit 1; }`,
    );
    const [program = "", ...args] = inNamespace(lab.namespace, [
      ...[process.execPath, "--import", "tsx", join(__dirname, "worker.ts")],
    ]);
    const worker = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    return new PaperCluster(lab, worker);
  }

  async stop(): Promise<void> {
    const closed = once(this.worker, "close");
    this.worker.stdin!.end();
    await closed;
    await sh(this.lab, `kill -- -$(cat ${home}/pid); rm -rf ${home}`);
  }

  /** Puts a configuration there; it is as if it had been there for long. */
  async load(cib: string): Promise<void> {
    this.cases += 1;
    await sh(
      this.lab,
      `cat >${file}; ${home}/advance || { cat ${home}/simulated; exit 1; }`,
      cib,
    );
  }

  verify(): Promise<string> {
    return sh(
      this.lab,
      `crm_verify --xml-file ${file} 2>&1 || echo "crm_verify: $?"`,
    );
  }

  text(): Promise<string> {
    return sh(this.lab, `cat ${file}`);
  }

  /** The status as crm_mon prints it. */
  status(): Promise<string> {
    return sh(this.lab, `CIB_file=${file} crm_mon --output-as=xml --inactive`);
  }

  async simulation(): Promise<string> {
    return sh(this.lab, `cat ${home}/simulated`);
  }

  connection(): Record<string, unknown> {
    const usual = labConnection(this.lab);
    const host = usual.hosts[0]!;
    return {
      ...usual,
      hosts: [host],
      port,
      // A connection of its own for each: nothing that was seen in one case serves the next.
      hostKeys: { [host]: usual.hostKeys[host]! },
      knownHosts: `# case ${this.cases}\n`,
    };
  }

  call(call: Call): Promise<Answer> {
    const id = (this.last += 1);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.stdin!.write(`${JSON.stringify({ id, call })}\n`);
    });
  }
}
