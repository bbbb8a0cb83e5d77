import { isIPv6 } from "node:net";

/** An address on an interface of a node. */
export interface NodeAddress {
  readonly ip: string;
  readonly prefix: number;
  readonly nic: string;
}

interface IpLink {
  ifname?: string;
  addr_info?: { local?: string; prefixlen?: number }[];
}

/** Reads what `ip -json address show` prints. */
export function parseAddresses(json: string): NodeAddress[] {
  return (JSON.parse(json) as IpLink[]).flatMap((link) =>
    (link.addr_info ?? []).map(({ local, prefixlen }) => ({
      ip: local ?? "",
      prefix: prefixlen ?? 0,
      nic: link.ifname ?? "",
    })),
  );
}

/** Whether two spellings are one address. */
export function sameAddress(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

/** The one spelling of an IPv6 address that URLs have; others stay as they are. */
function canonical(ip: string): string {
  return isIPv6(ip) ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
}

/** What the addresses of one network have in common: equal texts are one network. */
export function networkOf(ip: string, prefix: number): string {
  const bits = bytesOf(ip)
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  return `${bits.slice(0, prefix)}/${bits.length}`;
}

/** TCP_LISTEN in the kernel's tables. */
const listen = "0A";

/**
 * Whether something listens on the port, by the kernel's tables /proc/net/tcp and tcp6: at every address, or at each of
 * the given ones.
 */
export function listensOn(
  tables: string,
  port: number,
  addresses: readonly string[],
): boolean {
  const listeners = tables
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listen)
    .map((fields) => (fields[1] ?? "").split(":"))
    .filter(([, hex]) => parseInt(hex ?? "", 16) === port)
    .map(([address]) => address ?? "");
  if (addresses.length === 0) return listeners.length > 0;
  return addresses.every((address) =>
    listeners.some(
      (listener) =>
        isEverywhere(listener, address) ||
        kernelSpellings(address).includes(listener),
    ),
  );
}

/** Listening at every address: of both families for an IPv6 socket, of its own only for an IPv4 one. */
function isEverywhere(listener: string, address: string): boolean {
  return (isIPv6(address) ? /^0{32}$/ : /^(0{8}|0{32})$/).test(listener);
}

/** As the tables spell it: 32-bit words in the machine's own byte order, which is either. */
function kernelSpellings(ip: string): string[] {
  const hex = bytesOf(ip).map((byte) =>
    byte.toString(16).padStart(2, "0").toUpperCase(),
  );
  const words = hex.flatMap((_, index) =>
    index % 4 === 0 ? [hex.slice(index, index + 4)] : [],
  );
  const little = words.map((word) => [...word].reverse().join("")).join("");
  const big = hex.join("");
  return isIPv6(ip)
    ? [little, big]
    : // An IPv4 address may stand in an IPv6 socket as ::ffff:a.b.c.d.
      [
        little,
        big,
        `${"0".repeat(16)}FFFF0000${little}`,
        `${"0".repeat(16)}0000FFFF${big}`,
      ];
}

function bytesOf(ip: string): number[] {
  return isIPv6(ip) ? bytesOfIpv6(ip) : ip.split(".").map(Number);
}

function bytesOfIpv6(ip: string): number[] {
  const [head = "", tail] = canonical(ip).split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = (tail ?? "").split(":").filter((part) => part !== "");
  const parts = [
    ...left,
    ...Array<string>(8 - left.length - right.length).fill("0"),
    ...right,
  ];
  return parts.flatMap((part) => {
    const value = parseInt(part, 16);
    return [value >> 8, value & 0xff];
  });
}
