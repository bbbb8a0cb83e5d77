/** Whether a word stands where others may read it: in the arguments of any process on a node, and in its logs. */
import type { TestContext } from "node:test";
import { execOnNode, type Lab } from "../../../lab";
import { onEveryNode } from "./cluster";

const script = `
import json, os, sys, time
canaries = [one.encode() for one in json.load(sys.stdin)]
end = time.monotonic() + 400
count, found = 0, set()
while time.monotonic() < end and not os.path.exists("/run/stop-looking"):
    for pid in os.listdir("/proc"):
        if not pid.isdigit(): continue
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file: argv = file.read()
        except OSError: continue
        if any(canary in argv for canary in canaries): found.add(argv.decode(errors="replace"))
    count += 1
    time.sleep(0.02)
print(json.dumps({"count": count, "found": sorted(found)}))
`;

interface Looks {
  count: number;
  found: string[];
}

/** Looks for the words in the arguments of every process on every node, to the end of the test at most. */
export function watchArguments(
  test: TestContext,
  lab: Lab,
  words: readonly string[],
) {
  const running = lab.nodes.map(async ({ name }) => {
    const argv = ["/usr/bin/python3", "-c", script];
    const result = await execOnNode(lab, name, argv, {
      stdin: JSON.stringify(words),
      timeoutMs: 410_000,
    });
    return [name, JSON.parse(result.stdout) as Looks] as const;
  });
  const end = async (): Promise<Record<string, Looks>> => {
    await onEveryNode(lab, "touch /run/stop-looking");
    const looks = Object.fromEntries(await Promise.all(running));
    await onEveryNode(lab, "rm /run/stop-looking");
    return looks;
  };
  let ended: Promise<Record<string, Looks>> | undefined;
  const stop = () => (ended ??= end());
  test.after(stop);
  return { stop };
}

const inLogs = `
file=$(mktemp) && trap 'rm -f "$file"' EXIT && cat >"$file"
{ journalctl -b --no-pager; find /var/log -type f -not -path '/var/log/journal/*' -exec cat {} +; } | grep -a -F -f "$file" || :
`;

/** The lines with any of the words, in the journal of each node since its start and in every file of /var/log. */
export async function linesInLogs(
  lab: Lab,
  words: readonly string[],
): Promise<Record<string, string[]>> {
  const found = await Promise.all(
    lab.nodes.map(async ({ name }) => {
      const { code, stdout, stderr } = await execOnNode(
        lab,
        name,
        ["/bin/sh", "-ec", inLogs],
        { stdin: `${words.join("\n")}\n`, timeoutMs: 120_000 },
      );
      if (code !== 0) throw new Error(`the logs of ${name}: ${stderr}`);
      return [name, stdout.split("\n").filter(Boolean)] as const;
    }),
  );
  return Object.fromEntries(found);
}
