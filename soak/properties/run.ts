/** The property: whatever we do with ours, the rest of the configuration, and what runs of it, is as it was. */
import fc from "fast-check";
import type { Lab } from "../../lab";
import { cibText, onEveryNode } from "../../tests/cluster/harness/cluster";
import { foundAs, live, lives, type Life } from "./life";
import { furnished, shapes, type Piece } from "./shapes";
import { PaperCluster } from "./simulated";

export interface PropertyOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Where fast-check shall begin: it prints this with a failure. */
  readonly path?: string;
  /** In seconds: no further case begins after it. */
  readonly enough?: number;
}

const cases = fc.record({
  pieces: fc
    .subarray(Object.entries(shapes), { minLength: 1, maxLength: 7 })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map(([name, shape]) =>
          shape.map((piece) => ({ name, piece })),
        ),
      ),
    ),
  life: lives,
});

export interface CaseReport {
  readonly pieces: string[];
  readonly life: Life;
  readonly wrong: string[];
  readonly refused: string[];
  readonly steps: string[];
}

const unit = "/etc/systemd/system/chaos-ours.service";

/** @throws Error with the seed and the path, when a case does not hold */
export async function properties(
  lab: Lab,
  { seed, rounds, path, enough }: PropertyOptions,
  report: (report: CaseReport) => void,
): Promise<void> {
  await onEveryNode(
    lab,
    `printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >${unit}; systemctl daemon-reload`,
  );
  const empty = (await cibText(lab))
    .replace(/<status>[^]*<\/status>/, "<status/>")
    .replace(/ dc-uuid="[^"]*"/, ' dc-uuid="1"');
  const cluster = await PaperCluster.start(lab);
  try {
    const online = await onlineStatus(lab);
    const property = fc.asyncProperty(cases, async ({ pieces, life }) => {
      const all: Piece[] = [
        ...pieces.map(({ piece }) => piece),
        ...(life.found === undefined ? [] : [foundAs[life.found]]),
      ];
      await cluster.load(furnished(empty, all).replace("<status/>", online));
      const verdict = await cluster.verify();
      const outcome =
        verdict.trim() === ""
          ? await live(cluster, life)
          : {
              wrong: [`the configuration is not legal: ${verdict}`],
              refused: [],
              steps: [],
            };
      report({ pieces: pieces.map(({ name }) => name), life, ...outcome });
      if (outcome.wrong.length > 0) throw new Error(outcome.wrong.join("\n"));
    });
    await fc.assert(property, {
      seed,
      numRuns: rounds,
      ...(path === undefined ? {} : { path }),
      // Each case takes seconds: the first that fails is told, not a smaller one.
      endOnFailure: true,
      ...(enough === undefined
        ? {}
        : { interruptAfterTimeLimit: enough * 1000 }),
    });
  } finally {
    await cluster.stop();
    await onEveryNode(lab, `rm -f ${unit}; systemctl daemon-reload`);
  }
}

/** The nodes' own state, without any resource's. */
async function onlineStatus(lab: Lab): Promise<string> {
  const text = await cibText(lab);
  const status = /<status>[^]*<\/status>/.exec(text)?.[0] ?? "<status/>";
  return status.replace(
    /<lrm_resources>[^]*?<\/lrm_resources>/g,
    "<lrm_resources/>",
  );
}
