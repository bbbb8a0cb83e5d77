/**
 * Ways from this machine's loopback into labs, for a program that shall see several of them: they all have the same
 * addresses. A process in the lab's network namespace makes the connections, and gets each client's socket from this one.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import type { Lab } from "./lab";
import { inNamespace } from "./network";

/** The namespace that this process is in, for what runs where the relays listen. */
export const ownNamespace = "../../proc/self/ns/net";

const inside = `
const { connect } = require("node:net");
const [host, port] = process.argv.slice(1);
process.on("message", (_, client) => {
  if (!client) return;
  const server = connect({ host, port: Number(port), noDelay: true });
  client.setNoDelay(true);
  client.pipe(server).pipe(client);
  for (const one of [client, server]) one.on("error", () => { client.destroy(); server.destroy(); });
});
process.on("disconnect", () => process.exit(0));
process.send("ready");
`;

export interface Relay {
  readonly host: string;
  readonly port: number;
  close(): void;
}

/**
 * Leads to the ssh port of a node.
 *
 * @param listen the loopback address, and the port (0: a free one)
 */
export async function relayTo(
  lab: Lab,
  address: string,
  listen = { host: "127.0.0.1", port: 0 },
): Promise<Relay> {
  const [program = "", ...args] = inNamespace(lab.namespace, [
    ...[process.execPath, "-e", inside, address, "22"],
  ]);
  const child: ChildProcess = spawn(program, args, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("error", reject);
    child.once("exit", () => reject(new Error("the relay ended")));
  });
  const server = createServer({ pauseOnConnect: true }, (socket) =>
    child.send("client", socket),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  return {
    host: listen.host,
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      child.disconnect();
    },
  };
}
