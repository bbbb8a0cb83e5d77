/** Whether a word stands in the arguments of any process, as everybody on a node may see them. */
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

/** Looks for the words in the arguments of every process on every node. */
export function watchArguments(lab: Lab, words: readonly string[]) {
  const running = lab.nodes.map(async ({ name }) => {
    const argv = ["/usr/bin/python3", "-c", script];
    const result = await execOnNode(lab, name, argv, {
      stdin: JSON.stringify(words),
      timeoutMs: 410_000,
    });
    return [name, JSON.parse(result.stdout) as Looks] as const;
  });
  return {
    async stop(): Promise<Record<string, Looks>> {
      await onEveryNode(lab, "touch /run/stop-looking");
      const looks = Object.fromEntries(await Promise.all(running));
      await onEveryNode(lab, "rm /run/stop-looking");
      return looks;
    },
  };
}
