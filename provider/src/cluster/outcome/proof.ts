import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import { listensOn, parseAddresses, sameAddress } from "../../model/network";
import { memberOn, type Cluster, type Member } from "../nodes/members";
import { indent, warn } from "../report";

/** An address that must be on the node, with the length of its prefix where it is known. */
export interface ExpectedAddress {
  readonly resource: string;
  readonly ip: string;
  readonly cidrNetmask?: number;
}

/** How long a started service may take to listen, in seconds. */
const listenSeconds = 20;

/**
 * Looks on the node whether it carries the addresses.
 *
 * @throws PacemakerError (cluster) that says what was found where.
 */
export async function checkAddresses(
  cluster: Cluster,
  node: string,
  expected: readonly ExpectedAddress[],
): Promise<void> {
  if (expected.length === 0) return;
  const member = await memberToAsk(cluster, node, expected[0]!.resource);
  if (!member) return;
  const output = await run(member, [
    "/usr/bin/env",
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    "ip",
    "-json",
    "address",
    "show",
  ]);
  const found = parseAddresses(output);
  for (const { resource, ip, cidrNetmask } of expected) {
    const same = found.filter((address) => sameAddress(address.ip, ip));
    if (same.length === 0)
      throw new PacemakerError(
        "cluster",
        `${resource} is Started on ${node}, but ${ip} is not on any interface there. Found: ` +
          `${found.map(({ ip: one, prefix, nic }) => `${one}/${prefix} on ${nic}`).join(", ")}. ` +
          `"ip address show" on ${node} shows more.`,
      );
    if (
      cidrNetmask !== undefined &&
      !same.some(({ prefix }) => prefix === cidrNetmask)
    )
      throw new PacemakerError(
        "cluster",
        `${resource} is Started on ${node}, but the address there is ` +
          `${same.map(({ ip: one, prefix, nic }) => `${one}/${prefix} on ${nic}`).join(", ")}, declared is ${ip}/${cidrNetmask}. ` +
          `Declare the prefix that is there, or take that address off the node and run this again.`,
      );
  }
}

/**
 * Looks on the node whether something listens on the TCP ports, and gives a service that has just started some time.
 *
 * @throws PacemakerError (cluster) that says which port is closed where.
 */
export async function checkPorts(
  cluster: Cluster,
  resource: string,
  node: string,
  ports: readonly number[],
  addresses: readonly string[],
): Promise<void> {
  if (ports.length === 0) return;
  const member = await memberToAsk(cluster, node, resource);
  if (!member) return;
  const started = Date.now();
  for (;;) {
    const [tcp, tcp6] = await Promise.all(
      ["tcp", "tcp6"].map((table) =>
        run(member, ["/bin/cat", `/proc/net/${table}`], table === "tcp6"),
      ),
    );
    const closed = ports.filter(
      (port) => !listensOn(`${tcp}\n${tcp6}`, port, addresses),
    );
    if (closed.length === 0) return;
    if (Date.now() - started > listenSeconds * 1000)
      throw new PacemakerError(
        "cluster",
        `${resource} is Started on ${node}, but nothing listens on port ${closed.join(", ")} there` +
          `${addresses.length > 0 ? ` at ${addresses.join(", ")}` : ""}, after ${listenSeconds} s. ` +
          `See "ss -lntp" and the service's log on ${node}, mend its configuration, and run this again.`,
      );
    await sleep(100);
  }
}

/** The member to look on. Where the connection does not reach it, a warning says what was not looked at. */
async function memberToAsk(
  cluster: Cluster,
  node: string,
  resource: string,
): Promise<Member | undefined> {
  const member = await memberOn(cluster, node);
  if (!member)
    warn(
      resource,
      `runs on ${node}, which none of connection.hosts reaches: whether it answers there was not checked.`,
    );
  return member;
}

async function run(
  member: Member,
  argv: readonly string[],
  mayFail = false,
): Promise<string> {
  const result = await member.host.exec(argv, { reads: true });
  if (result.code === 0) return result.stdout;
  if (mayFail) return "";
  throw new PacemakerError(
    "cluster",
    `"${argv.join(" ")}" failed on ${member.node} with exit code ${result.code}:\n${indent(result.stderr)}`,
    member.host.address,
  );
}
