import type { Connection } from "../connection";
import { PacemakerError, type ErrorKind } from "../errors";
import { OUTPUT_LIMIT, seconds, type Bounds } from "./bounds";
import { runLine, type Outcome } from "./channel";
import {
  commandLine,
  needsSudo,
  parseWho,
  shown,
  sudoersLines,
  sudoFoundNothing,
  sudoKeepsNoBound,
  sudoRefusal,
  timedOut,
  WHO,
  type Login,
  type Way,
} from "./command";
import { debug } from "./debug";
import type { Exec, ExecOptions, ExecResult } from "./exec";
import { NotSentError, type Link } from "./link";

/** In seconds, for a command without a bound of its own. */
const DEFAULT_TIMEOUT = 30;
/** In seconds, for asking who the login user is. */
const WHO_TIMEOUT = 10;

const LOOKS_FIRST =
  "Run this again: it looks at what is there, and does what is missing.";

/** The connection broke under a command that only reads; what to say of it. */
class LostReadError extends Error {
  constructor(readonly told: PacemakerError) {
    super();
  }
}

/** A host's exec. `acquire` gives the pooled connection, or makes a new one. */
export function execOn(
  connection: Connection,
  acquire: () => Promise<Link>,
  bounds: Bounds,
): Exec {
  return async (argv, options = {}) => {
    const { timeoutSeconds = DEFAULT_TIMEOUT } = options;
    if (!(timeoutSeconds > 0 && Number.isFinite(timeoutSeconds))) {
      throw new TypeError(
        `timeoutSeconds must be a positive number, not ${timeoutSeconds}`,
      );
    }
    const command = { ...options, argv, timeoutSeconds };
    const first = await acquire();
    try {
      return await runOn(first, command, connection, bounds);
    } catch (error) {
      if (!isRepeatable(error)) throw error;
      // A new connection to a host that has fallen silent would only hang as well.
      if (first.client.silent) throw finalError(error, first, argv);
    }
    first.retire();
    const second = await acquire();
    try {
      return await runOn(second, command, connection, bounds);
    } catch (error) {
      throw isRepeatable(error) ? finalError(error, second, argv) : error;
    }
  };
}

/** Whether nothing was sent, or nothing that a repetition harms: so that once more, on a new connection, is safe. */
function isRepeatable(error: unknown): error is NotSentError | LostReadError {
  return error instanceof NotSentError || error instanceof LostReadError;
}

function finalError(
  error: NotSentError | LostReadError,
  link: Link,
  argv: readonly string[],
): PacemakerError {
  if (error instanceof LostReadError) return error.told;
  const why = link.client.cause ? ` (${link.client.cause})` : "";
  return failure(
    link,
    "connect",
    link.client.silent
      ? `the connection went silent before ${shown(argv)} was sent${why}. Nothing ran. Is the node up?`
      : `the connection closed twice before ${shown(argv)} was sent${why}. Nothing ran.`,
  );
}

type Command = ExecOptions & {
  argv: readonly string[];
  timeoutSeconds: number;
};

async function runOn(
  link: Link,
  command: Command,
  connection: Connection,
  bounds: Bounds,
): Promise<ExecResult> {
  const { argv, rights = "none", timeoutSeconds } = command;
  const asks =
    connection.sudo === true ||
    (rights !== "none" && connection.sudo !== false);
  const sudo =
    asks && needsSudo(rights, await whoIs(link, bounds), connection.sudo);
  let way: Way = sudo ? (link.sudo ?? "sudo") : "plain";
  let outcome = await send(link, command, way, bounds);
  if (way === "sudo" && outcome.state === "ended") {
    const { code, stdout, stderr } = outcome;
    if (sudoKeepsNoBound(code, stdout, stderr)) {
      way = link.sudo = "sudo timeout";
      outcome = await send(link, command, way, bounds);
    }
  }
  if (outcome.state !== "ended") throw notEnded(link, outcome, command, bounds);

  const { code, stdout, stderr, elapsed } = outcome;
  if (
    code === 127
      ? /^env: .*timeout/m.test(stderr)
      : way === "sudo timeout" &&
        code === 1 &&
        /^sudo: \/usr\/bin\/timeout: command not found/m.test(stderr)
  ) {
    throw failure(
      link,
      "configuration",
      "the command `timeout` is missing. Install coreutils on the node.",
    );
  }
  if (sudo && sudoFoundNothing(code, stderr)) {
    return { code: 127, stdout, stderr };
  }
  const refused = sudo ? sudoRefusal(code, stdout, stderr) : undefined;
  if (refused !== undefined) {
    const { user } = link.client.endpoint;
    throw failure(
      link,
      "rights",
      `"${user}" may not run ${argv[0]} as root: ${refused}. Let it, by these lines in /etc/sudoers.d/pacemaker on every ` +
        `node:\n${sudoersLines(user, argv, refused)
          .map((line) => `  ${line}`)
          .join(
            "\n",
          )}\nor log in as root. docs/connection.md has all the lines that a program needs.`,
    );
  }
  if (timedOut(code, elapsed, timeoutSeconds, way)) {
    throw failure(
      link,
      "timeout",
      `${shown(argv)} did not end within ${timeoutSeconds} s and was stopped on the node. Is it overloaded?`,
    );
  }
  return { code, stdout, stderr };
}

/** Gives a command to the node, in turn; waits and asks again while the node has no free session. */
async function send(
  link: Link,
  { argv, stdin, environment, timeoutSeconds: timeout }: Command,
  way: Way,
  bounds: Bounds,
): Promise<Exclude<Outcome, { state: "not-sent" }>> {
  const line = commandLine(
    argv,
    way,
    timeout,
    Math.max(1, Math.round(bounds.kill / 1000)),
    environment,
  );
  const limit = timeout * 1000 + bounds.kill + bounds.guard;
  return link.inTurn(async () => {
    const started = performance.now();
    for (let attempt = 0; ; attempt++) {
      const outcome = await runLine(link.client, line, stdin, limit, bounds);
      const pause = bounds.noSession[attempt];
      if (outcome.state === "no-session" && pause !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        continue;
      }
      debug(() => {
        const end =
          outcome.state === "ended" ? `exit ${outcome.code}` : outcome.state;
        const took = ((performance.now() - started) / 1000).toFixed(3);
        return `${link.client.endpoint.label} ${took} s, ${end}: ${way === "plain" ? "" : "sudo "}${shown(argv)}`;
      });
      if (outcome.state === "not-sent") throw new NotSentError();
      return outcome;
    }
  });
}

/** The error for a command that has no result. */
function notEnded(
  link: Link,
  outcome: Exclude<Outcome, { state: "ended" | "not-sent" }>,
  { argv, timeoutSeconds, reads = false }: Command,
  bounds: Bounds,
): PacemakerError | LostReadError {
  const command = shown(argv);
  switch (outcome.state) {
    case "no-session": {
      const waited = seconds(
        bounds.noSession.reduce((sum, pause) => sum + pause, 0),
      );
      return failure(
        link,
        "connect",
        `no free session for ${command} within ${waited} (${outcome.why}). Nothing ran. Raise MaxSessions in the ` +
          "node's sshd_config, or end other sessions of this login.",
      );
    }
    case "refused":
      return failure(
        link,
        "configuration",
        `sshd runs no commands for "${link.client.endpoint.user}": ${outcome.why}. Nothing ran. Look for ForceCommand, ` +
          "a `command=` in authorized_keys, or a login shell that refuses.",
      );
    case "lost": {
      const why = link.client.cause ? ` (${link.client.cause})` : "";
      if (!reads)
        return failure(
          link,
          "unknown-outcome",
          `the connection was lost${why} after ${command} was sent; whether it took effect is unknown. ${LOOKS_FIRST}`,
        );
      return new LostReadError(
        failure(
          link,
          "connect",
          `the connection was lost${why} under ${command}, which changes nothing. Is the node up?`,
        ),
      );
    }
    case "overdue": {
      // The node should have ended it long ago: it hangs, or its word does not come through.
      link.retire();
      const waited = seconds(
        timeoutSeconds * 1000 + bounds.kill + bounds.guard,
      );
      return reads
        ? failure(
            link,
            "timeout",
            `no word of the end of ${command}, which changes nothing, came within ${waited}. Is the node overloaded?`,
          )
        : failure(
            link,
            "unknown-outcome",
            `${command} was sent, and no word of its end came within ${waited}; it may still run, and whether it took ` +
              `effect is unknown. ${LOOKS_FIRST}`,
          );
    }
    case "flood":
      return reads
        ? failure(
            link,
            "configuration",
            `${command}, which changes nothing, printed more than ${OUTPUT_LIMIT / 1024 / 1024} MiB and was stopped. Run it on the node by hand.`,
          )
        : failure(
            link,
            "unknown-outcome",
            `${command} printed more than ${OUTPUT_LIMIT / 1024 / 1024} MiB and was stopped; whether it took effect is unknown. ${LOOKS_FIRST}`,
          );
  }
}

/** Who the login user is: asked once per connection, and only when a command's rights depend on it. */
function whoIs(link: Link, bounds: Bounds): Promise<Login> {
  link.login ??= ask(link, bounds).catch((error: unknown) => {
    delete link.login;
    throw error;
  });
  return link.login;
}

async function ask(link: Link, bounds: Bounds): Promise<Login> {
  const command = { argv: WHO, timeoutSeconds: WHO_TIMEOUT, reads: true };
  const outcome = await send(link, command, "plain", bounds);
  if (outcome.state !== "ended") throw notEnded(link, outcome, command, bounds);
  const who = parseWho(outcome.stdout);
  if (!who) {
    const said = (outcome.stderr || outcome.stdout).trim().slice(0, 200);
    throw failure(
      link,
      "configuration",
      `cannot find out who the login user is: \`id\` gave ${JSON.stringify(said)}. Give it a login shell that runs plain commands.`,
    );
  }
  if (who.before !== "") {
    throw failure(
      link,
      "configuration",
      `the login shell of "${link.client.endpoint.user}" prints ${JSON.stringify(who.before.slice(0, 200))} before every ` +
        "command's output, which cannot be told apart from it. Make ~/.bashrc on the node silent for " +
        "non-interactive shells.",
    );
  }
  return who.login;
}

function failure(link: Link, kind: ErrorKind, text: string): PacemakerError {
  const { label, host } = link.client.endpoint;
  return new PacemakerError(kind, `${label}: ${text}`, host);
}
