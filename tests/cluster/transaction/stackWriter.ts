// A process that changes a cluster as a stack does: one line of JSON in for each change, one out. It ends with its stdin.
import { createInterface } from "node:readline";
import { clusterOf } from "../../../provider/src/cluster/nodes/members";
import { transact } from "../../../provider/src/cluster/transaction/transact";
import type { Connection } from "../../../provider/src/connection";
import { PacemakerError } from "../../../provider/src/errors";
import type { Cib } from "../../../provider/src/model/cib";
import {
  addToGroup,
  createPrimitive,
  setMeta,
  type PcsCommand,
} from "../../../provider/src/pcs/commands";
import type { Change, Verdict } from "./writers";

const connection = JSON.parse(process.env.CONNECTION ?? "") as Connection;
const cluster = clusterOf(connection);

function commands(cib: Cib, change: Change): PcsCommand[] {
  const found = cib.primitives.get(change.resource);
  switch (change.kind) {
    case "attribute":
      return [setMeta(change.resource, { [change.name]: "1" })];
    case "count":
      // Right only if nobody else counted between the look and the change.
      return [
        setMeta(change.resource, {
          [change.name]: String(Number(found?.meta[change.name] ?? "0") + 1),
        }),
      ];
    case "resource":
      return [
        createPrimitive({
          id: change.name,
          agent: "ocf:heartbeat:Dummy",
          options: {},
          operations: { monitor: { interval: "30s" } },
          meta: { "target-role": "Stopped" },
        }),
        addToGroup(`${change.name}-group`, [change.name]),
      ];
    case "refused":
      throw new PacemakerError("conflict", "this one is refused by its plan");
    case "invalid":
      return [setMeta("nobody", { [change.name]: "1" })];
  }
}

async function make(change: Change): Promise<Verdict> {
  try {
    await transact(cluster, change.name, ({ cib }) => commands(cib, change));
    return { ok: true, words: "" };
  } catch (error) {
    return { ok: false, words: (error as Error).message };
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, change } = JSON.parse(line) as { id: number; change: Change };
    void make(change).then((verdict) =>
      console.log(JSON.stringify({ id, ...verdict })),
    );
  })
  .on("close", () => process.exit(0));
