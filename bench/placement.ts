/** Whether Postfix is ever alive on a node without its address: looked at every 50 ms, apart from the clocks. */
import { labReset, type Lab } from "../lab";
import { Sampler } from "../tests/cluster/harness/sampler";
import { smtpStack } from "../tests/cluster/harness/stack";
import type { Way } from "./measure";
import { BenchProject } from "./project";
import { byHand } from "./smtp";

export async function placementWays(
  lab: Lab,
  cleanUp: (() => void)[],
): Promise<Way[]> {
  const ours = await BenchProject.make(lab, smtpStack.program, cleanUp);
  const watched =
    (name: string, work: () => Promise<void>) =>
    async (): Promise<Record<string, number>> => {
      await labReset(lab);
      const sampler = await Sampler.start(lab);
      try {
        await work();
      } finally {
        await sampler.stop();
      }
      const windows = sampler
        .misplacements()
        .map(({ from, to }) => Math.max(0.05, to - from));
      return {
        [`${name}, seconds out of place`]: windows.reduce((a, b) => a + b, 0),
      };
    };
  return [
    {
      name: "ours",
      run: watched("ours", async () => {
        await ours.run("up");
        await ours.run("destroy");
      }),
    },
    { name: "by hand", run: watched("by hand", () => byHand(lab)) },
  ];
}
