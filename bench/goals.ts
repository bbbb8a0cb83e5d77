/** What is to be reached: ratios of what was measured in the same run. */
import type { Figures } from "./measure";

export interface Goal {
  readonly what: string;
  readonly atMost: number;
  readonly measured: (figures: Figures) => number | undefined;
}

const ratio =
  (above: string | string[], below: string) =>
  (figures: Figures): number | undefined =>
    figures.ratio([above].flat(), [below]);

const most = (name: string) => (figures: Figures) => {
  const values = figures.values.get(name);
  return values && Math.max(...values);
};

const middle = (name: string) => (figures: Figures) => figures.median(name);

export const goals: readonly Goal[] = [
  {
    what: "SmtpStack, first handler to 220, over the raw patch",
    atMost: 2.0,
    measured: ratio("ours, first handler to 220", "raw patch"),
  },
  {
    what: "whole `pulumi up --skip-preview`, over by hand",
    atMost: 0.6,
    measured: ratio("ours, whole up", "by hand"),
  },
  {
    what: "whole `pulumi up --skip-preview` less an empty one, over the best script",
    atMost: 0.45,
    measured: ratio(["ours, whole up", "an empty up"], "script"),
  },
  {
    what: "the same job, over Ansible",
    atMost: 0.45,
    measured: ratio("ours, whole up", "Ansible"),
  },
  {
    what: "100 primitives: our part over one raw patch of the same",
    atMost: 2.0,
    measured: ratio("100: ours", "100: raw patch"),
  },
  {
    what: "100 primitives: our part over `pcs -f` one by one",
    atMost: 0.35,
    measured: ratio("100: ours", "100: pcs -f"),
  },
  {
    what: "remote commands of a no-op `up`, 300 resources",
    atMost: 6,
    measured: most("300: remote commands of a no-op up"),
  },
  {
    what: "remote commands of a refresh, 300 resources",
    // Two for each node that runs some of them: its name, and what is there.
    atMost: 12,
    measured: most("300: remote commands of a refresh"),
  },
  {
    what: "our part of a no-op `up`, 300 resources over 3",
    atMost: 1.5,
    measured: ratio("300: our part of a no-op up", "3: our part of a no-op up"),
  },
  {
    what: "10 clusters at once over 1",
    atMost: 2.0,
    measured: ratio("10 clusters at once", "1 cluster"),
  },
  {
    what: "misplacement window, seconds, sampled every 50 ms",
    atMost: 0,
    measured: most("ours, seconds out of place"),
  },
  {
    what: "failover that is planned, hot, seconds",
    atMost: 0.5,
    measured: middle("failover: hot, planned"),
  },
  {
    what: "master killed, hot, seconds from its detection to another node's banner",
    atMost: 1,
    measured: middle("failover: hot, master killed, from its detection"),
  },
  {
    what: "drill, the active node goes into standby, hot, seconds",
    atMost: 0.5,
    measured: middle("drill: hot, standby"),
  },
  {
    what: "drill, master killed, hot, seconds from its detection to another node's banner",
    atMost: 1,
    measured: middle("drill: hot, kill, from its detection"),
  },
  {
    what: "changes of concurrent writers that were lost",
    atMost: 0,
    measured: most("lost changes"),
  },
];

/**
 * What says more than a goal: all but the whole `up` is measured to the first 220, and the whole `up` to its end, when
 * Pacemaker has said that all is started. Here both sides of a ratio end at the same point.
 */
export const comparisons: readonly Omit<Goal, "atMost">[] = [
  {
    what: "`pulumi up` over by hand, both to the first 220",
    measured: ratio("ours, to 220", "by hand"),
  },
  {
    what: "`pulumi up` over by hand, both to their ends",
    measured: ratio("ours, whole up", "by hand, to its end"),
  },
  {
    what: "`pulumi up` over the script, both to the first 220",
    measured: ratio("ours, to 220", "script"),
  },
  {
    what: "`pulumi up` over Ansible, both to the first 220",
    measured: ratio("ours, to 220", "Ansible"),
  },
  {
    what: "`pulumi up` over Ansible, both to their ends",
    measured: ratio("ours, whole up", "Ansible, to its end"),
  },
];
