/** What the picture shows. */
import type { Panel } from "./chart";
import type { Figures } from "./measure";

interface Wanted {
  readonly title: string;
  readonly bars: readonly (readonly [
    label: string,
    figure: string,
    ours?: boolean,
  ])[];
}

const smtp: Wanted = {
  title: "An address and Postfix on three nodes, to the first 220",
  bars: [
    ["Ansible, community.general", "Ansible"],
    ["by hand, a command at a time", "by hand"],
    ["script, pcs -f and one push", "script"],
    ["pulumi up, to its end", "ours, whole up", true],
    ["pulumi up", "ours, to 220", true],
    ["pulumi up, our part", "ours, first handler to 220", true],
    ["one raw CIB patch: the limit", "raw patch"],
  ],
};

const scale = (size: number): Wanted => ({
  title: `${size} addresses in groups of five, until all are started`,
  bars: [
    ["pcs -f, one by one", `${size}: pcs -f`],
    ["pulumi up, our part", `${size}: ours`, true],
    ["one raw CIB patch: the limit", `${size}: raw patch`],
  ],
});

const failover: Wanted = {
  title:
    "A failover, as clients see it: planned, and after Pacemaker found a killed master",
  bars: [
    ["planned, cold", "failover: cold, planned"],
    [
      "planned, cold, timeouts of 5 s",
      "failover: cold, timeouts of 5 s, planned",
    ],
    ["planned, hot", "failover: hot, planned", true],
    ["killed, cold", "failover: cold, master killed, from its detection"],
    ["killed, hot", "failover: hot, master killed, from its detection", true],
  ],
};

const drills: Wanted = {
  title:
    "Each kind of failover, as a drill's client sees it, seconds without a banner",
  bars: (["standby", "stop-node", "kill", "cut"] as const).flatMap((kind) => [
    [`${kind}, cold`, `drill: cold, ${kind}`] as const,
    [`${kind}, hot`, `drill: hot, ${kind}`, true] as const,
  ]),
};

export function panels(figures: Figures, sizes: readonly number[]): Panel[] {
  return [smtp, ...sizes.map(scale), failover, drills]
    .map(({ title, bars }) => ({
      title,
      unit: "s",
      bars: bars.flatMap(([label, figure, ours = false]) => {
        const value = figures.median(figure);
        return value === undefined ? [] : [{ label, value, ours }];
      }),
    }))
    .filter(({ bars }) => bars.length > 1);
}
