import { quoteArgv } from "../../ssh";
import type { Member } from "./members";
import { inspect, systemctl } from "./inspect";

/** What was done to a unit on a node. */
export interface Touched {
  readonly member: Member;
  /** Without ".service". */
  readonly name: string;
  readonly wasEnabled: boolean;
  /** It ran, and was stopped. */
  readonly wasStopped: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How long a unit may take to start, in seconds: systemd's own default is 90. */
const startSeconds = 120;

/**
 * Brings units back to what they were: enabled, and running.
 *
 * @returns those that could not be
 */
export async function restoreUnits(
  touched: readonly Touched[],
): Promise<Touched[]> {
  const failed = await Promise.all(
    touched.map(async (one) => ((await restore(one)) ? [] : [one])),
  );
  return failed.flat();
}

async function restore(one: Touched): Promise<boolean> {
  const { member, name, environment } = one;
  try {
    await member.host
      .exec(commandFor(one), {
        rights: "root",
        timeoutSeconds: startSeconds,
        ...(environment ? { environment } : {}),
      })
      // What became of it shows in the next look.
      .catch(() => undefined);
    const now = await inspect(member, name);
    return (
      (now.isEnabled || !one.wasEnabled) && (now.isActive || !one.wasStopped)
    );
  } catch {
    return false;
  }
}

function commandFor({ name, wasEnabled, wasStopped }: Touched): string[] {
  return [
    systemctl,
    wasEnabled ? "enable" : "start",
    ...(wasEnabled && wasStopped ? ["--now"] : []),
    `${name}.service`,
  ];
}

/** `"systemctl enable --now postfix.service" on node-01, node-02`: what brings them back. */
export function wayBack(touched: readonly Touched[]): string {
  const nodes = new Map<string, string[]>();
  for (const one of touched) {
    const [, ...words] = commandFor(one);
    const command = `"systemctl ${quoteArgv(words)}"`;
    nodes.set(command, [...(nodes.get(command) ?? []), one.member.node]);
  }
  return [...nodes]
    .map(([command, names]) => `${command} on ${names.sort().join(", ")}`)
    .join("; ");
}

/** `postfix on node-01, node-02`. */
export function namesOf(touched: readonly Touched[]): string {
  const nodes = new Map<string, string[]>();
  for (const { name, member } of touched)
    nodes.set(name, [...(nodes.get(name) ?? []), member.node]);
  return [...nodes]
    .map(([name, names]) => `${name} on ${names.sort().join(", ")}`)
    .join("; ");
}
