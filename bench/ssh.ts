/** ssh as a person or a script uses it: one connection a command. */
import { capture } from "../lab/command";
import { sshArgv, type Lab } from "../lab";

export async function ssh(
  lab: Lab,
  node: string,
  command: string,
  stdin = "",
): Promise<string> {
  const { code, stdout, stderr } = await capture(
    [...sshArgv(lab, node), command],
    { stdin, timeoutMs: 900_000 },
  );
  if (code !== 0)
    throw new Error(`"${command}" on ${node} ended with ${code}: ${stderr}`);
  return stdout;
}

/** Until the text fits, or the bound has ended. */
export async function sshUntil(
  lab: Lab,
  node: string,
  command: string,
  fits: (text: string) => boolean,
  seconds = 300,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!fits(await ssh(lab, node, command)))
    if (Date.now() > end)
      throw new Error(`"${command}" did not come to it within ${seconds} s`);
}

/** Runs a step on every node at the same time. */
export async function onAll(lab: Lab, command: string): Promise<void> {
  await Promise.all(lab.nodes.map(({ name }) => ssh(lab, name, command)));
}
