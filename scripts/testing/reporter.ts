import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { EVENT_FD } from "./events";
import type { TestEvent } from "./events";

// node:test's reporter in the process of one test file. It writes at once and by itself, so that an event
// is out before whatever the next test does to the process.

interface Raw {
  type: string;
  data: {
    name?: string;
    nesting?: number;
    skip?: string | boolean;
    todo?: string | boolean;
    details?: {
      type?: string;
      duration_ms?: number;
      error?: Error & { failureType?: string; cause?: unknown };
    };
  };
}

function kindOf({ type, data }: Raw): TestEvent["kind"] | undefined {
  const notMeant = (value: unknown): boolean =>
    value !== undefined && value !== false;
  if (type === "test:dequeue") return "started";
  if (type !== "test:pass" && type !== "test:fail") return undefined;
  if (notMeant(data.skip) || notMeant(data.todo)) return "skipped";
  return type === "test:pass" ? "passed" : "failed";
}

function detailOf({ data }: Raw): string {
  const reason = [data.skip, data.todo].find(
    (value) => typeof value === "string" && value !== "",
  );
  if (reason !== undefined) return String(reason);
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  if (cause === undefined) return "";
  return typeof cause === "string"
    ? cause
    : inspect(cause, { depth: 6, colors: false });
}

function toEvent(raw: Raw, within: string[]): TestEvent | undefined {
  const kind = kindOf(raw);
  if (kind === undefined) return undefined;
  return {
    kind,
    name: raw.data.name ?? "",
    within,
    depth: raw.data.nesting ?? 0,
    suite: raw.data.details?.type === "suite",
    milliseconds: raw.data.details?.duration_ms ?? 0,
    detail: detailOf(raw),
    onlyInside: raw.data.details?.error?.failureType === "subtestsFailed",
  };
}

function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(EVENT_FD, bytes, sent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

async function* report(source: AsyncIterable<Raw>): AsyncGenerator<string> {
  const open: string[] = []; // the names of the tests around the one that is being reported, outermost first
  for await (const raw of source) {
    const { name = "", nesting = 0 } = raw.data;
    if (raw.type === "test:start") open.splice(nesting, Infinity, name);
    const event = toEvent(raw, open.slice(0, nesting));
    if (event !== undefined) writeAll(`${JSON.stringify(event)}\n`);
  }
  yield "";
}

// node:test takes the module itself for the reporter.
export = report;
