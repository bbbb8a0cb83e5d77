import { drill, type DrillOptions } from "../cluster/drill/run";
import { clusterOf } from "../cluster/nodes/members";
import type { Connection } from "../connection";
import { asJson, asText } from "../drill/report";
import { asSvg } from "../drill/svg";
import { writeText } from "./files";
import type { Output } from "./hostKeys";
import { untilInterrupted } from "./interrupt";

export interface DrillArguments extends Omit<DrillOptions, "tell" | "signal"> {
  readonly json: boolean;
  /** Where the picture goes. */
  readonly svg?: string | undefined;
}

export const drillHelp = `drill makes one fault on the node that runs the stack, has a client connect to its
address every 20 ms, and reports how long nobody was served, and why. The fault is
taken back, whatever happens; the node takes it back by itself where it is lost.
It is refused where Pacemaker's simulation says that the stack would not survive.

  --kind KIND          standby: the node is sent into standby (the default)
                       kill: the service's process is killed; Pacemaker finds out
                       stop-node: Pacemaker and corosync are stopped in order
                       cut: corosync's traffic is dropped; not where fencing is on
  --group ID           the group, or the address (the only one)
  --client-port PORT   where the client connects (25)
  --no-greeting        a connection is enough: for what is no mail server
  --mail-to ADDRESS    messages are sent meanwhile, and looked for in the queues
  --mail-from ADDRESS  (the same)
  --mails N            how many, one every quarter of a second (20)
  --seconds N          how long the failover may take, and the way back (120)
  --svg FILE           a picture of it
  --json               for programs
`;

/** Runs a drill; the exit code is 0 when the stack was served again. */
export async function runDrill(
  connection: Connection,
  { json, svg, ...options }: DrillArguments,
  { out, err }: Output,
): Promise<number> {
  const { report, probes } = await untilInterrupted(err, (signal) =>
    drill(clusterOf(connection), {
      ...options,
      tell: (text) => err(`${text}\n`),
      signal,
    }),
  );
  if (svg !== undefined) writeText(svg, asSvg(report, probes));
  out(
    json ? `${JSON.stringify(asJson(report), undefined, 2)}\n` : asText(report),
  );
  return 0;
}
