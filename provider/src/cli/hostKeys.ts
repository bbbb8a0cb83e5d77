import type { Connection } from "../connection";
import { PacemakerError } from "../errors";
import { endpointOf } from "../ssh/endpoint";
import { presentedKey, type PresentedKey } from "../ssh/presented";
import { quoteArgv } from "../ssh/quote";
import { showOnNode } from "../ssh/trust";

export interface Output {
  out(text: string): void;
  err(text: string): void;
}

type Answer =
  | { readonly host: string; readonly key: PresentedKey }
  | { readonly host: string; readonly error: PacemakerError };

/** Prints the hostKeys of the connection's hosts; the exit code is 1 where one has not answered. */
export async function hostKeys(
  connection: Connection,
  { out, err }: Output,
): Promise<number> {
  const answers = await Promise.all(
    connection.hosts.map(async (host): Promise<Answer> => {
      try {
        return { host, key: await presentedKey(endpointOf(connection, host)) };
      } catch (error) {
        if (error instanceof PacemakerError) return { host, error };
        throw error;
      }
    }),
  );
  const found = answers.flatMap((one) => ("key" in one ? [one] : []));
  const failed = answers.flatMap((one) => ("error" in one ? [one] : []));
  if (found.length > 0) {
    out(`${forProgram(found)}\n\n${forConfig(found)}\n`);
    err(`\n${warning(found)}\n`);
  }
  for (const { error } of failed) err(`\n${error.kind}: ${error.message}\n`);
  return failed.length > 0 ? 1 : 0;
}

type Found = readonly { readonly host: string; readonly key: PresentedKey }[];

function forProgram(found: Found): string {
  return [
    "// In a program, as part of the connection:",
    "hostKeys: {",
    ...found.map(
      ({ host, key }) =>
        `    ${JSON.stringify(host)}: ${JSON.stringify(key.line)},`,
    ),
    "},",
  ].join("\n");
}

function forConfig(found: Found): string {
  return [
    "# Or in the stack's configuration:",
    ...found.map(({ host, key }) =>
      quoteArgv([
        ...["pulumi", "config", "set", "--path"],
        `pacemaker:connection.hostKeys[${JSON.stringify(host)}]`,
        key.line,
      ]),
    ),
  ].join("\n");
}

function warning(found: Found): string {
  const width = Math.max(...found.map(({ host }) => host.length));
  return [
    "NOT VERIFIED: this is what the hosts, or something on the way to them, said of themselves just now. Compare each",
    "fingerprint with the one that the node's own console shows (its screen, the hypervisor's or the provider's console,",
    "or a login that you trust already) before you use the key:",
    ...found.map(
      ({ host, key }) =>
        `  ${host.padEnd(width)}  ${showOnNode(key.type)}  must print  ${key.fingerprint}`,
    ),
  ].join("\n");
}
