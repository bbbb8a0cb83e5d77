/** Many clusters in one program: labs of a single node each, all brought up before the clock runs. */
import { readFileSync } from "node:fs";
import {
  labDown,
  labReset,
  labUp,
  ownNamespace,
  relayTo,
  type Lab,
  type Relay,
  type Suite,
} from "../lab";
import { inTurns, type Figures } from "./measure";
import { watchingProcessors } from "./processors";
import { BenchProject } from "./project";

interface Reached {
  readonly lab: Lab;
  readonly relay: Relay;
}

const program = (clusters: readonly Reached[]) => `
const clusters = ${JSON.stringify(
  clusters.map(({ lab, relay }) => ({
    hosts: ["127.0.0.1"],
    port: relay.port,
    user: lab.user,
    privateKey: readFileSync(lab.privateKeyPath, "utf8"),
    hostKeys: { "127.0.0.1": lab.hostKeys[lab.hosts[0]!] },
  })),
)};
for (const [index, connection] of clusters.entries()) {
  const group = "web-" + index;
  const members = [80, 81].map((last) =>
    new pacemaker.FloatingIp("ip-" + index + "-" + last, { connection, ip: "192.0.2." + last, cidrNetmask: 24, group }));
  new pacemaker.ResourceGroup(group, { connection, members: members.map(({ resourceId }) => resourceId) });
}
`;

export async function measureClusters(
  suite: Suite,
  count: number,
  rounds: number,
  figures: Figures,
  cleanUp: (() => void)[],
  say: (line: string) => void,
): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `bench-c${index}`);
  const reached: Reached[] = [];
  try {
    // One by one: booting all at once takes longer, and more than a small machine has.
    for (const name of names) {
      say(`clusters: bringing up ${name}`);
      const lab = await labUp({ suite, name, nodes: 1 });
      reached.push({ lab, relay: await relayTo(lab, lab.hosts[0]!) });
    }
    // The CLI runs where the relays listen: on the machine's own loopback.
    const outside = { ...reached[0]!.lab, namespace: ownNamespace };
    const one = await BenchProject.make(
      outside,
      program(reached.slice(0, 1)),
      cleanUp,
    );
    const all = await BenchProject.make(outside, program(reached), cleanUp);
    const way = (name: string, project: BenchProject) => ({
      name,
      async run() {
        await Promise.all(reached.map(({ lab }) => labReset(lab)));
        const { result, usedBetween } = await watchingProcessors(() =>
          project.run("up"),
        );
        project.forget();
        const { began, span } = result.notes;
        return {
          [name]: span,
          // Where it is near 1, the machine that runs the clusters too is the limit.
          [`${name}: share of the processors`]: usedBetween(
            began,
            began + span * 1000,
          ),
        };
      },
    });
    return await inTurns(
      [way("1 cluster", one), way(`${count} clusters at once`, all)],
      rounds,
      figures,
      say,
    );
  } finally {
    for (const { relay } of reached) relay.close();
    for (const name of names) await labDown(name);
  }
}
