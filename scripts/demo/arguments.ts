import { isSuite, suites, type Suite } from "../../lab/plan";

export type DemoCommand =
  | { verb: "help" }
  | { verb: "tour"; suite?: Suite }
  | { verb: "down" }
  | { verb: "pulumi"; argv: string[] };

export class UsageError extends Error {}

export const usage = `Usage: npm run demo [-- WHAT]

  (nothing)            bring up a cluster, run the program at the top of this repository on it, and show that it works
  --suite ${suites.join("|")}
                       the nodes' Debian: ${suites[0]}, or what is up already, unless told
  --down               remove every trace of it
  pulumi ARGS...       the Pulumi CLI on the demo's stack: preview, up, refresh, destroy, stack, config, ...`;

export function parseDemo(words: readonly string[]): DemoCommand {
  const [first, second, ...more] = words;
  if (first === "pulumi") return { verb: "pulumi", argv: words.slice(1) };
  if (first === undefined) return { verb: "tour" };
  if (words.length === 1) {
    if (first === "--help" || first === "-h") return { verb: "help" };
    if (first === "--down") return { verb: "down" };
  }
  const suite = first.startsWith("--suite=")
    ? first.slice("--suite=".length)
    : first === "--suite"
      ? second
      : undefined;
  if (suite === undefined || more.length > 0 || (second && second !== suite))
    throw new UsageError(`The demo does not know "${words.join(" ")}".`);
  if (!isSuite(suite))
    throw new UsageError(`--suite is ${suites.join(" or ")}, not "${suite}".`);
  return { verb: "tour", suite };
}
