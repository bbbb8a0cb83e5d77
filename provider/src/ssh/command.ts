import type { Rights } from "./exec";
import { quoteArgv } from "./quote";

/** Who the login user is on a node. */
export interface Login {
  uid: number;
  groups: readonly string[];
}

const MARK = "pacemaker-login";

/** The command that tells who the login user is. */
export const WHO: readonly string[] = [
  "sh",
  "-c",
  `echo ${MARK}; id -u; id -Gn`,
];

/** Reads WHO's output; undefined when it is not what the command prints. */
export function parseWho(
  stdout: string,
): { login: Login; before: string } | undefined {
  const match = new RegExp(`^([^]*?)${MARK}\\n(\\d+)\\n(.*)\\n`).exec(stdout);
  if (!match) return undefined;
  const [, before = "", uid = "", groups = ""] = match;
  return { login: { uid: Number(uid), groups: groups.split(" ") }, before };
}

/** Whether a command needs sudo in front. `setting` is the connection's `sudo`. */
export function needsSudo(
  rights: Rights,
  login: Login,
  setting: boolean | undefined,
): boolean {
  if (login.uid === 0 || setting === false) return false;
  if (setting === true) return true;
  return (
    rights === "root" ||
    (rights === "cluster" && !login.groups.includes("haclient"))
  );
}

/**
 * How a command is run, and bounded on the node as well. sudo makes itself root's entirely, so that a `timeout` in front
 * of it, which is the user's, could not end it: the bound has to be sudo's own, or behind it.
 */
export type Way =
  /** By the login user. */
  | "plain"
  /** By sudo, which keeps the bound itself: so a sudoers rule can name the command and nothing more. */
  | "sudo"
  /** By sudo that lets the user run everything, but set no bound: `timeout` is run by it, too. */
  | "sudo timeout";

/** The command line for the node's shell: messages in English, bounded on the node too. */
export function commandLine(
  argv: readonly string[],
  way: Way,
  timeout: number,
  kill: number,
  environment: Readonly<Record<string, string>> = {},
): string {
  const variables = Object.entries({ ...environment, LC_ALL: "C" });
  const bounded = ["-k", String(kill), String(timeout)];
  const front: Readonly<Record<Way, readonly string[]>> = {
    plain: ["timeout", ...bounded],
    sudo: ["sudo", "-n", "-T", String(Math.ceil(timeout)), "--"],
    "sudo timeout": ["sudo", "-n", "--", "/usr/bin/timeout", ...bounded],
  };
  return quoteArgv([
    ...["env", ...variables.map((pair) => pair.join("="))],
    ...front[way],
    ...argv,
  ]);
}

/** What sudo and sudo-rs say when they refuse. Other words of theirs are warnings, and the command runs all the same. */
const REFUSALS: readonly RegExp[] = [
  /^Sorry, user .* (is not allowed to execute|may not run)/,
  /^\S+ is not (in the sudoers file|allowed to run sudo)/,
  /^sudo: (sorry, )?a password is required/,
  /^sudo: interactive authentication is required/,
  /^sudo: (sorry, )?you must have a tty/,
  /^sudo: (sorry, )?you are not (allowed|permitted)/,
  /^sudo: I'm sorry /,
  /^sudo: (account validation failure|Account (or password is )?expired|PAM )/,
  /^sudo: (no valid sudoers sources|unable to initialize policy|error initializing)/,
  /^sudo: (effective uid is not 0|The "no new privileges" flag is set)/,
  /^sudo: .* must be owned by uid 0/,
];

/** sudo's own words when it refused, so that nothing ran; undefined when it was the command that ended so. */
export function sudoRefusal(
  code: number,
  stdout: string,
  stderr: string,
): string | undefined {
  const said = stderr
    .split("\n")
    .find((line) => REFUSALS.some((refusal) => refusal.test(line)));
  if (code === 1 && stdout === "" && said !== undefined)
    return said.replace(/^sudo: /, "");
  if (code === 127 && /^env: .*sudo.*: No such file/m.test(stderr))
    return "there is no sudo on the node";
  return undefined;
}

/** Whether sudo refused nothing but to keep a bound, or has no such option; nothing ran. */
export function sudoKeepsNoBound(
  code: number,
  stdout: string,
  stderr: string,
): boolean {
  return (
    code === 1 &&
    stdout === "" &&
    /^sudo: (.*not allowed (to )?set a command timeout|(invalid|unknown|unrecognized) option)/m.test(
      stderr,
    )
  );
}

/** The lines for sudoers that let a user run this command, and nothing more. */
export function sudoersLines(
  user: string,
  argv: readonly string[],
  refusal: string,
): string[] {
  const options = [
    ...(/must have a tty/.test(refusal) ? ["!requiretty"] : []),
    "user_command_timeouts",
  ];
  return [
    `Defaults:${user} ${options.join(", ")}`,
    `${user} ALL=(root) NOPASSWD: ${sudoersCommand(argv)}`,
  ];
}

/** A command as a sudoers rule names it; without arguments where no line can hold them. */
function sudoersCommand(argv: readonly string[]): string {
  const [program = "", ...rest] = argv;
  if (rest.some((word) => /\p{Cc}/u.test(word))) return program;
  if (rest.length === 0) return `${program} ""`;
  const escaped = rest.map((word) => word.replace(/[\\,:=*?[\]!# ]/g, "\\$&"));
  return [program, ...escaped].join(" ");
}

/** Whether sudo did not find the command; a shell says so by 127, sudo by 1. */
export function sudoFoundNothing(code: number, stderr: string): boolean {
  return code === 1 && /^sudo: .*: command not found$/m.test(stderr);
}

/**
 * The codes of a command that was ended at its bound: by `timeout`, which says 124, or 137 where SIGKILL was needed; by
 * sudo, which ends as the command did, by SIGHUP, SIGTERM or SIGKILL.
 */
const STOPPED: Readonly<Record<Way, readonly number[]>> = {
  plain: [124, 137],
  sudo: [129, 137, 143],
  "sudo timeout": [124, 137],
};

/** Whether its bound ended the command. Pacemaker's tools use 124 as well, hence the look at the clock. */
export function timedOut(
  code: number,
  elapsed: number,
  timeout: number,
  way: Way,
): boolean {
  const bound = way === "sudo" ? Math.ceil(timeout) : timeout;
  return STOPPED[way].includes(code) && elapsed >= bound * 1000 - 100;
}

/** A command as messages show it. */
export function shown(argv: readonly string[]): string {
  const text = quoteArgv(argv);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
