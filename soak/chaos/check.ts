/** What must hold when a round is over. Each look gives, in words, what does not. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { execOnNode, type Lab } from "../../lab";
import {
  addresses,
  cibText,
  onEveryNode,
  statuses,
} from "../../tests/cluster/harness/cluster";
import type { Outcome } from "../../tests/cluster/harness/pulumi";
import { eventually } from "../../tests/cluster/harness/wait";
import { foreignPrimitives } from "./foreign";
import type { Programs } from "./plan";
import { idOf, stackNames } from "./stacks";

const kinds =
  /\[(validation|configuration|connect|auth|trust|rights|quorum|conflict|timeout|unknown-outcome|cluster)\]/;

/** What an error must not show to a person. */
const insides =
  /Traceback \(most recent call last\)|^\s+at .+:\d+:\d+\)?$|KeyError|TypeError|undefined is not/m;

/** Of a command that failed: each error says its kind, and so which row of docs/errors.md helps. */
export function wordsOfFailure(outcome: Outcome, wasKilled: boolean): string[] {
  const found: string[] = [];
  if (outcome.output.includes("ended by the test"))
    found.push(`${outcome.command} did not end by itself`);
  if (outcome.code === 0 || wasKilled) return found;
  if (insides.test(outcome.output))
    found.push(`${outcome.command} failed and shows its insides`);
  if (!kinds.test(outcome.output))
    found.push(`${outcome.command} failed and names no kind of error`);
  return found;
}

/** What a second "up" must be like. */
export function wordsOfChange(outcome: Outcome): string[] {
  const { same = 0, ...others } = outcome.changes;
  if (outcome.code !== 0) return [`${outcome.command} failed`];
  if (Object.keys(others).length > 0 || same === 0)
    return [`the second up still changes: ${JSON.stringify(outcome.changes)}`];
  return [];
}

/** Looks again until nothing is wrong, or for so long. */
async function settles(
  look: () => Promise<string[]>,
  seconds: number,
): Promise<string[]> {
  let last: string[] = [];
  await eventually(
    "it to be as it must be",
    async () => {
      last = await look();
      return last.length === 0 ? true : undefined;
    },
    seconds,
  ).catch((error: Error) => {
    if (last.length === 0) last = [error.message];
  });
  return last;
}

/** Each resource runs where, and how, it was declared to; the services on no other node. */
export function placement(lab: Lab, programs: Programs): Promise<string[]> {
  return settles(async () => {
    const wrong: string[] = [];
    const known = await statuses(lab);
    const inUse = new Map<string, string>();
    for (const id of foreignPrimitives)
      if (known.get(id)?.role !== "Started")
        wrong.push(`${id} is ${known.get(id)?.role ?? "unknown"}`);
    for (const name of stackNames) {
      const state = programs[name];
      const placeOf = (slot: string): string | undefined => {
        const status = known.get(idOf(state, slot));
        return status?.role === "Started" && status.nodes.length === 1
          ? status.nodes[0]
          : undefined;
      };
      for (const [slot, declared] of Object.entries(state.resources)) {
        const node = placeOf(slot);
        if (node === undefined) {
          const status = known.get(idOf(state, slot));
          wrong.push(`${idOf(state, slot)} is ${JSON.stringify(status)}`);
        } else if (declared.unit !== undefined) inUse.set(declared.unit, node);
        else {
          const wanted = `192.0.2.${declared.last}/24`;
          for (const other of lab.nodes) {
            const isThere = (await addresses(lab, other.name)).includes(wanted);
            if (isThere !== (other.name === node))
              wrong.push(
                `${wanted} is ${isThere ? "" : "not "}on ${other.name}`,
              );
          }
        }
      }
      for (const [id, members] of Object.entries(state.groups))
        if (new Set(members.map(placeOf)).size > 1)
          wrong.push(`the members of ${id} are apart`);
    }
    const active = await onEveryNode(
      lab,
      `systemctl list-units --plain --no-legend --state=active 'chaos-*.service' | cut -d. -f1`,
    );
    for (const [node, text] of Object.entries(active))
      for (const unit of text.split("\n").filter(Boolean))
        if (inUse.has(unit) && inUse.get(unit) !== node)
          wrong.push(`${unit} runs on ${node} too`);
    return wrong;
  }, 60);
}

/** Of the units that are managed now, none would be started at boot. */
export async function enabledUnits(
  lab: Lab,
  programs: Programs,
): Promise<string[]> {
  const managed = stackNames.flatMap((name) =>
    Object.values(programs[name].resources).flatMap(({ unit }) => unit ?? []),
  );
  const printed = await onEveryNode(
    lab,
    `for unit in ${managed.join(" ")}; do ! systemctl is-enabled --quiet $unit || echo $unit; done`,
  );
  return Object.entries(printed).flatMap(([node, text]) =>
    text
      .split("\n")
      .filter(Boolean)
      .map((unit) => `${unit} is enabled on ${node}`),
  );
}

export async function verify(lab: Lab): Promise<string[]> {
  const { code, stdout, stderr } = await execOnNode(lab, lab.nodes[0]!.name, [
    ...["crm_verify", "--live-check", "-V"],
  ]);
  return code === 0 ? [] : [`crm_verify: ${stdout}${stderr}`];
}

export async function marks(lab: Lab): Promise<string[]> {
  const found = (await cibText(lab)).match(/<nvpair[^>]*"pulumi-[^>]*>/g) ?? [];
  return found.map((mark) => `a mark is left: ${mark}`);
}

/** Our processes and files on the nodes go by themselves, some seconds after the last work. */
export function leftovers(lab: Lab): Promise<string[]> {
  return settles(async () => {
    const printed = await onEveryNode(
      lab,
      `ls -d /tmp/tmp.* /tmp/pacemaker-* 2>/dev/null || true
       pgrep -a -f 'runner\\.py|/tmp/tmp\\.' | grep -v pgrep || true`,
    );
    return Object.entries(printed).flatMap(([node, text]) =>
      text
        .split("\n")
        .filter(Boolean)
        .map((line) => `left on ${node}: ${line}`),
    );
  }, 30);
}

/** What a round has left is not counted against the next ones. */
export async function clearLeftovers(lab: Lab): Promise<void> {
  await onEveryNode(
    lab,
    `for pid in $(pgrep -f 'runner\\.py|/tmp/tmp\\.'); do
       [ "$pid" = $$ ] || kill -KILL "$pid" 2>/dev/null || true
     done
     rm -rf /tmp/tmp.* /tmp/pacemaker-*`,
  );
}

/** The processes of the package that still run in a folder on this machine. */
export function providersIn(folder: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const argv = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const isOurs =
        argv.includes("dynamic-provider") &&
        readlinkSync(`/proc/${name}/cwd`).startsWith(folder);
      return isOurs ? [Number(name)] : [];
    } catch {
      return []; // it has ended since
    }
  });
}
