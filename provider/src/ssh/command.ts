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
 * The command line for the node's shell: messages in English, bounded on the node too. sudo stands next to the
 * command, so that a sudoers rule can name the command and nothing more.
 */
export function commandLine(
  argv: readonly string[],
  sudo: boolean,
  timeout: number,
  kill: number,
  environment: Readonly<Record<string, string>> = {},
): string {
  const variables = Object.entries({ ...environment, LC_ALL: "C" });
  return quoteArgv([
    ...["env", ...variables.map((pair) => pair.join("="))],
    ...["timeout", "-k", String(kill), String(timeout)],
    ...(sudo ? ["sudo", "-n", "--"] : []),
    ...argv,
  ]);
}

/** sudo's own words when it refused, so that nothing ran; undefined when it was the command that ended so. */
export function sudoRefusal(
  code: number,
  stdout: string,
  stderr: string,
): string | undefined {
  // With a name that does not resolve, sudo complains and goes on.
  const words = stderr
    .split("\n")
    .filter((line) => !/^sudo: unable to resolve host /.test(line));
  const said = words.find((line) =>
    /^sudo: |^Sorry, user .* (is not allowed|may not run)|^\S+ is not in the sudoers file/.test(
      line,
    ),
  );
  if (code === 1 && stdout === "" && said !== undefined)
    return said.replace(/^sudo: /, "");
  if (
    code === 127 &&
    /: failed to run command .*sudo.*: No such file/.test(stderr)
  )
    return "there is no sudo on the node";
  return undefined;
}

/** Whether sudo did not find the command; a shell says so by 127, sudo by 1. */
export function sudoFoundNothing(code: number, stderr: string): boolean {
  return code === 1 && /^sudo: .*: command not found$/m.test(stderr);
}

/** Whether `timeout` ended the command. Pacemaker's tools use 124 as well, hence the look at the clock. */
export function timedOut(
  code: number,
  elapsed: number,
  timeout: number,
): boolean {
  return (code === 124 || code === 137) && elapsed >= timeout * 1000 - 100;
}

/** A command as messages show it. */
export function shown(argv: readonly string[]): string {
  const text = quoteArgv(argv);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
