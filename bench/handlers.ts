/** When our handlers ran: a copy of the provider that notes it. */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyModules } from "../tests/cluster/harness/modules";

/** Names the file that the notes go to. */
const variable = "PACEMAKER_BENCH_NOTES";

const wrapper = `"use strict";
const { appendFileSync } = require("node:fs");
// In fractions of a millisecond: most handlers take less than one.
const now = () => performance.timeOrigin + performance.now();
const from = now();
const real = require("./provider-real.js");
// Written between the turns of the event loop: within one, it would count as the time of a handler that is still open.
const lines = [];
const write = () => appendFileSync(process.env.${variable}, lines.splice(0).join(""));
const note = (what, from) => {
  const length = lines.push(JSON.stringify({ what, from, to: now() }) + "\\n");
  if (length === 1) setImmediate(write);
};
note("load", from);
for (const [name, handlers] of Object.entries(real)) {
  exports[name] = {};
  for (const [verb, handler] of Object.entries(handlers))
    exports[name][verb] = async (...values) => {
      const from = now();
      try {
        return await handler(...values);
      } finally {
        note(name + "." + verb, from);
      }
    };
}
`;

export interface Note {
  what: string;
  from: number;
  to: number;
}

/** Makes the copy; it goes with the process. Returns its node_modules. */
export function notingModules(): string {
  const folder = mkdtempSync(join(tmpdir(), "pacemaker-bench-modules-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const dist = join(copyModules(folder), "dist");
  renameSync(join(dist, "provider.js"), join(dist, "provider-real.js"));
  writeFileSync(join(dist, "provider.js"), wrapper);
  return join(folder, "node_modules");
}

/** What the handlers of one run of the CLI noted. */
export class Notes {
  private constructor(readonly all: readonly Note[]) {}

  /** Runs the work with the environment that makes the handlers write their notes. */
  static async during<Result>(
    file: string,
    work: (env: Record<string, string>) => Promise<Result>,
  ): Promise<{ result: Result; notes: Notes }> {
    rmSync(file, { force: true });
    const result = await work({ [variable]: file });
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const all = text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Note);
    return { result, notes: new Notes(all) };
  }

  /** When the first handler began, in milliseconds since the epoch. */
  get began(): number {
    return Math.min(...this.all.map(({ from }) => from));
  }

  /** From the first handler's begin to the last one's end, in seconds. */
  get span(): number {
    const ended = Math.max(...this.all.map(({ to }) => to));
    return (ended - this.began) / 1000;
  }

  /** The time in which at least one handler ran, loading our code included, in seconds. */
  get busy(): number {
    let busy = 0;
    let end = 0;
    for (const { from, to } of [...this.all].sort((a, b) => a.from - b.from)) {
      busy += Math.max(0, to - Math.max(from, end));
      end = Math.max(end, to);
    }
    return busy / 1000;
  }
}
