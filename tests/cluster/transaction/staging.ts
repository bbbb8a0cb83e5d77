/** Staging on a real node, and by which way the node's pcs was called. */
import { randomBytes } from "node:crypto";
import { execOnNode, type Lab } from "../../../lab";
import {
  readStaged,
  stagingScript,
  type Staged,
} from "../../../provider/src/cluster/transaction/stage";
import type { PcsCommand } from "../../../provider/src/pcs/commands";

/**
 * How the node's pcs starts: by a Python script, as it is installed, or by a script of the shell. Of that one, nobody can
 * tell which Python it needs, so the runner is refused.
 */
export type PcsStart = "python" | "shell";

export interface Staging {
  readonly staged: Staged;
  /** For each call of pcs, whether its imports had been done before it began, by the process that it was forked from. */
  readonly calls: ("forked" | "ordinary")[];
}

/**
 * In a mount namespace of its own, pcs is a script that writes down how it was called and then does what it does. No
 * other process on the node sees it.
 */
const wrapper = `
set -e
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pcs=$(command -v pcs)
first=$(sed -n 1p "$pcs")
log=$work/calls
cp "$pcs" "$work/real"
case $1 in
  python)
    echo "$first"
    echo "import sys"
    echo "with open('$log', 'a') as log: print('forked' if 'pcs.app' in sys.modules else 'ordinary', file=log)"
    sed 1d "$pcs" ;;
  shell)
    echo "#!/bin/sh"
    echo "echo ordinary >>'$log'"
    echo "exec \${first#??} '$work/real' \\"\\$@\\"" ;;
esac >"$work/pcs"
: >"$log"
chmod 755 "$work/pcs"
mount --bind "$work/pcs" "$pcs"
/bin/sh -s
echo "calls:"
cat "$log"
`;

/** Applies the commands to a copy of the CIB on the lab's first node. */
export async function stageOn(
  lab: Lab,
  cib: string,
  commands: readonly PcsCommand[],
  start: PcsStart = "python",
  runner?: string,
): Promise<Staging> {
  const node = lab.nodes[0]!.name;
  const boundary = `stage-${randomBytes(12).toString("hex")}`;
  const { code, stdout, stderr } = await execOnNode(
    lab,
    node,
    [
      ...["unshare", "--mount", "--propagation", "private"],
      ...["/bin/sh", "-c", wrapper, "stage", start],
    ],
    {
      stdin: stagingScript(cib, commands, boundary, runner),
      timeoutMs: 240_000,
    },
  );
  const [printed = "", calls] = stdout.split("calls:\n");
  if (code !== 0 || calls === undefined)
    throw new Error(`staging ended with code ${code}: ${stdout}${stderr}`);
  return {
    staged: readStaged(printed + stderr, commands, boundary, node),
    calls: calls.split("\n").filter(Boolean) as Staging["calls"],
  };
}

/** The difference that was staged, without what tells only when it was made. */
export function differenceOf({ staged }: Staging): string {
  if ("error" in staged) throw staged.error;
  return staged.diff.replace(
    / (cib-last-written|update-(origin|client|user))="[^"]*"/g,
    "",
  );
}
