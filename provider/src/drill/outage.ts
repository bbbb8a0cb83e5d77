/** What a client saw that connected all the time. */

export interface Probe {
  /** Milliseconds since the epoch: when it began, and when it was answered or given up. */
  readonly began: number;
  readonly ended: number;
  readonly ok: boolean;
}

export interface Outage {
  /** Milliseconds since the epoch: the last answer before the longest pause, and the first one after it. */
  readonly from: number;
  readonly to: number;
}

/** The longest pause between two answers, from a moment on. Undefined: there were not two. */
export function longestPause(
  probes: readonly Probe[],
  since: number,
): Outage | undefined {
  const answers = probes
    .filter(({ ok }) => ok)
    .map(({ ended }) => ended)
    .sort((one, other) => one - other);
  const before = answers.filter((at) => at < since).at(-1);
  const after = answers.filter((at) => at >= since);
  const all = before === undefined ? after : [before, ...after];
  let longest: Outage | undefined;
  for (let index = 1; index < all.length; index++) {
    const pause = { from: all[index - 1]!, to: all[index]! };
    if (!longest || pause.to - pause.from > longest.to - longest.from)
      longest = pause;
  }
  return longest;
}

/** Pieces of time in which a client was served or not, for a picture. */
export function servedPieces(
  probes: readonly Probe[],
  longest: number,
): Outage[] {
  const answers = probes
    .filter(({ ok }) => ok)
    .map(({ ended }) => ended)
    .sort((one, other) => one - other);
  const pieces: Outage[] = [];
  for (const at of answers) {
    const last = pieces.at(-1);
    if (last && at - last.to <= longest)
      pieces[pieces.length - 1] = { from: last.from, to: at };
    else pieces.push({ from: at, to: at });
  }
  return pieces;
}
