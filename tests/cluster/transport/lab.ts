/** The lab of the tests of the transport, and what they do to its nodes. */
import { spawn } from "node:child_process";
import { after, before, describe } from "node:test";
import { readFileSync } from "node:fs";
import {
  execOnNode,
  inNamespace,
  labReset,
  requireLab,
  type Lab,
} from "../../../lab";
import { listen, type Listener } from "../../ssh/fake";
import { bringUp, onNode } from "../harness";

/** A lab that is up already and shall be used instead of the tests' own. */
const given = process.env.PACEMAKER_TRANSPORT_LAB;

async function bring(): Promise<Lab> {
  if (given) return requireLab(given);
  return bringUp("bookworm");
}

/** Tests on one lab, which is as after an installation before the first and after the last of them, not in between. */
export function onTransportLab(
  what: string,
  tests: (lab: () => Lab) => void,
): void {
  describe(what, { concurrency: false }, () => {
    let found: Lab | undefined;
    const lab = (): Lab => {
      if (!found) throw new Error("The lab is not up.");
      return found;
    };
    before(
      async () => {
        found = await bring();
        await labReset(found);
      },
      { timeout: 12 * 60_000 },
    );
    tests(lab);
    after(() => (found ? labReset(found) : undefined), { timeout: 120_000 });
  });
}

/** The text of the lab's key for logging in as root, operator or deploy. */
export function privateKey(lab: Lab): string {
  return readFileSync(lab.privateKeyPath, "utf8");
}

/** Writes a file on a node. */
export async function writeOn(
  lab: Lab,
  node: string,
  path: string,
  text: string,
): Promise<void> {
  const result = await execOnNode(lab, node, ["tee", path], { stdin: text });
  if (result.code !== 0)
    throw new Error(`${path} on ${node}: ${result.stderr}`);
}

/**
 * Drops a node's packets from and to some addresses, in silence; what is connected stays so. `labReset` takes it away, and
 * so does `open`.
 *
 * @param match in nft's words: "192.0.2.1", or "!= 192.0.2.1"
 */
export async function shut(
  lab: Lab,
  node: string,
  match: string,
): Promise<void> {
  const rules = [
    "add table inet transport",
    "add chain inet transport in { type filter hook input priority 0; }",
    "add chain inet transport out { type filter hook output priority 0; }",
    `add rule inet transport in iifname != "lo" ip saddr ${match} drop`,
    `add rule inet transport out oifname != "lo" ip daddr ${match} drop`,
  ];
  const result = await execOnNode(lab, node, ["nft", "-f", "-"], {
    stdin: `${rules.join("\n")}\n`,
  });
  if (result.code !== 0) throw new Error(`nft on ${node}: ${result.stderr}`);
}

export async function open(lab: Lab, node: string): Promise<void> {
  await onNode(lab, node, "nft", "delete", "table", "inet", "transport");
}

/** Passes what comes to a port of this machine's loopback on to a node, whose network is the lab's own. */
export function intoLab(lab: Lab, address: string): Promise<Listener> {
  const pipe = `const s = require("net").connect(22, ${JSON.stringify(address)}); s.setNoDelay(true);
    s.on("error", () => process.exit(1)); s.on("close", () => process.exit(0));
    process.stdin.pipe(s).pipe(process.stdout);`;
  return listen((socket) => {
    const [program = "", ...args] = inNamespace(lab.namespace, [
      ...[process.execPath, "-e", pipe],
    ]);
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => undefined);
    child.on("close", () => socket.destroy());
    socket.on("close", () => child.kill());
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  });
}
