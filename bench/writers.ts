/** Parties that write at the same time: whether any change is lost. */
import { labReset, type Lab } from "../lab";
import { onNode } from "../tests/cluster/harness/cluster";
import { randomOf, Writers } from "../tests/cluster/transaction/writers";
import type { Figures } from "./measure";

/** Says now and then how far it is. */
const every = 20;

export async function measureWriters(
  lab: Lab,
  rounds: number,
  figures: Figures,
  say: (line: string) => void,
): Promise<string[]> {
  await labReset(lab);
  const seed = Date.now() % 1_000_000;
  say(`writers: seed ${seed}`);
  const random = randomOf(seed);
  const writers = await Writers.start(lab);
  const lost: string[] = [];
  try {
    for (let round = 1; round <= rounds; round += 1) {
      lost.push(...(await writers.round(random)));
      figures.add("lost changes", lost.length);
      if (round % every === 0)
        say(`writers: round ${round} of ${rounds}, ${lost.length} lost`);
    }
  } finally {
    await writers.end();
  }
  await onNode(lab, lab.nodes[0]!.name, "crm_verify", "--live-check");
  say(`writers: ${JSON.stringify(writers.tally)}`);
  return lost;
}
