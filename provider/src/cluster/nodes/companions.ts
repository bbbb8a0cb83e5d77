/** What systemd does to other units when the service is started, or disabled so that Pacemaker alone starts it. */
import { parseInstall, type Unit } from "../../model/unit";
import type { Tell } from "../report";
import { activeAmong, inspect, systemctl } from "./inspect";
import { uncounted } from "./losses";
import type { Member } from "./members";

/** What would start the service on a node: its wrappers, and last its unit. */
interface Starting {
  readonly member: Member;
  readonly starters: readonly Unit[];
}

/** By what is to be said of it: other units, and the nodes. */
type Found = Map<string, Set<string>>;

/**
 * Tells which other units stop where the service starts, and which do not start at boot any more, or go by a name that is
 * no longer there, once it is disabled.
 *
 * @param known the names of what is stopped and disabled anyhow; and whether Pacemaker runs it already, so that what
 *   conflicts with it has been stopped
 */
export async function tellCompanions(
  resource: string,
  unit: string,
  starting: readonly Starting[],
  { ours, isRun }: { ours: ReadonlySet<string>; isRun: boolean },
  tell: Tell,
): Promise<void> {
  const stopped: Found = new Map();
  const disabled: Found = new Map();
  const unnamed: Found = new Map();
  await Promise.all(
    starting.map(async ({ member, starters }) => {
      const note = (found: Found, name: string) =>
        found.set(name, (found.get(name) ?? new Set()).add(member.node));
      const isOther = (name: string) => !ours.has(name);
      const others = (isRun ? [] : starters.at(-1)!.conflicts)
        .filter(isOther)
        .filter((name) => !uncounted.test(name));
      const enabled = starters.filter(({ isEnabled }) => isEnabled);
      const installs = await Promise.all(
        enabled.map((unit) => installOf(member, unit)),
      );
      const also = installs.flatMap((install) => install.also);
      await Promise.all([
        activeAmong(member, others).then((names) =>
          names.forEach((name) => note(stopped, name)),
        ),
        ...also.filter(isOther).map(async (name) => {
          if ((await inspect(member, name)).isEnabled) note(disabled, name);
        }),
      ]);
      installs.forEach(({ aliases }, at) => {
        for (const name of aliases)
          if (enabled[at]!.names.includes(name)) note(unnamed, name);
      });
    }),
  );
  if (stopped.size > 0)
    tell(
      resource,
      `where Pacemaker starts ${unit}, systemd stops ${namesIn(stopped)}, which conflicts with it and runs on ` +
        `${nodesIn(stopped)}: have only one of the two enabled and in the cluster.`,
    );
  if (disabled.size > 0)
    tell(
      resource,
      `disabling ${unit} disables ${namesIn(disabled)} with it on ${nodesIn(disabled)} (Also= in its [Install] section): that ` +
        `starts at boot no more. "systemctl enable ${namesIn(disabled, " ")}" there afterwards brings it back, unless it starts ${unit}.`,
    );
  if (unnamed.size > 0)
    tell(
      resource,
      `while ${unit} is disabled, systemd does not know it as ${namesIn(unnamed)} (Alias= in its [Install] section): use its own ` +
        `name in scripts and in other units on ${nodesIn(unnamed)}.`,
    );
}

const namesIn = (found: Found, between = ", "): string =>
  [...found.keys()].sort().join(between);

const nodesIn = (found: Found): string =>
  [...new Set([...found.values()].flatMap((nodes) => [...nodes]))]
    .sort()
    .join(", ");

/** What its files say; nothing where they cannot be read, since this is only told of. */
async function installOf(member: Member, { names: [name = ""] }: Unit) {
  const { stdout } = await member.host.exec([systemctl, "cat", "--", name], {
    reads: true,
  });
  return parseInstall(stdout);
}
