import { isIPv6 } from "node:net";
import { sameAddress } from "../model/network";

/** What a node's Postfix says of itself: `postconf NAME...`, and `postconf -M`. */
export interface PostfixSettings {
  readonly parameters: ReadonlyMap<string, string>;
  /** The lines of master.cf that stand for services. */
  readonly services: readonly string[];
}

/** The parameters that decide whether Postfix can stand by hot. */
export const hotParameters = [
  "inet_interfaces",
  "inet_protocols",
  "smtp_bind_address",
  "smtp_bind_address6",
] as const;

/** The parameters that decide where Postfix listens, and as whom it answers. */
export const greetingParameters = [
  "inet_interfaces",
  "inet_protocols",
  "smtpd_banner",
] as const;

/** What a client is greeted with, after the number. */
export const greetingOf = ({ parameters }: PostfixSettings): string =>
  parameters.get("smtpd_banner") ?? "";

/** @param text what `postconf` prints: `name = value`, a line each */
export function parseParameters(text: string): Map<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const [, name, value] = /^(\w+) =(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value!.trim()] as const];
    }),
  );
}

/**
 * Why Postfix cannot run on a node that does not hold the address, or would not answer there once the address comes: one
 * sentence each, with what to set. Source: postconf(5), master(5).
 */
export function whyNotHot(
  { parameters, services }: PostfixSettings,
  ip: string,
): string[] {
  const interfaces = words(parameters.get("inet_interfaces") ?? "all");
  const protocols = words(parameters.get("inet_protocols") ?? "all");
  const needed = isIPv6(ip) ? "ipv6" : "ipv4";
  return [
    ...(interfaces.includes("all")
      ? []
      : [
          interfaces.some((one) => isAddress(one, ip))
            ? `inet_interfaces names ${ip}, and where that is not, Postfix cannot bind to it and does not start: set inet_interfaces = all`
            : `inet_interfaces is "${interfaces.join(" ")}", so it would not listen at ${ip} when that comes: set inet_interfaces = all`,
        ]),
    ...(protocols.includes("all") || protocols.includes(needed)
      ? []
      : [notInProtocols(protocols, ip)]),
    ...(["smtp_bind_address", "smtp_bind_address6"] as const)
      .filter((name) => isAddress(parameters.get(name) ?? "", ip))
      .map(
        (name) =>
          `${name} is ${ip}, from which it cannot send where that is not: set it to nothing`,
      ),
    ...services.flatMap((line) => {
      const [service = "", kind] = line.trim().split(/\s+/);
      const host = service.slice(0, service.lastIndexOf(":"));
      if (kind === "inet" && isAddress(host, ip))
        return [
          `the service ${service} in master.cf is bound to ${ip}, and where that is not, Postfix does not start: leave the ` +
            `address out there`,
        ];
      const [, bound] =
        /-o\s*(?:smtp_bind_address6?)\s*=\s*([^\s,]+)/.exec(line) ?? [];
      return bound !== undefined && isAddress(bound, ip)
        ? [
            `the service ${service} in master.cf sends from ${ip} (smtp_bind_address), which fails where that is not: leave ` +
              `it out there`,
          ]
        : [];
    }),
  ];
}

/** Why Postfix would not listen at an address that its node holds when it starts: one sentence each, with what to set. */
export function whyNotListening(
  { parameters }: PostfixSettings,
  ip: string,
): string[] {
  const interfaces = words(parameters.get("inet_interfaces") ?? "all");
  const protocols = words(parameters.get("inet_protocols") ?? "all");
  const needed = isIPv6(ip) ? "ipv6" : "ipv4";
  return [
    ...(interfaces.some((one) => one === "all" || isAddress(one, ip))
      ? []
      : [
          `inet_interfaces is "${interfaces.join(" ")}", which leaves out ${ip}: set it to all, or name the address`,
        ]),
    ...(protocols.includes("all") || protocols.includes(needed)
      ? []
      : [notInProtocols(protocols, ip)]),
  ];
}

const notInProtocols = (protocols: readonly string[], ip: string): string =>
  `inet_protocols is "${protocols.join(" ")}", so it would not listen at ${ip}: set inet_protocols = all`;

/**
 * The same of what is declared of main.cf and master.cf, whatever the nodes have now.
 *
 * @param main a value, null for Postfix's own, or `{ perNode: { NODE: value } }`
 */
export function whyDeclaredNotHot(
  main: Readonly<Record<string, unknown>>,
  master: Readonly<Record<string, string | null>>,
  ip: string,
): string[] {
  const valuesOf = (name: string): unknown[] => {
    const value = main[name];
    return typeof value === "object" && value !== null && "perNode" in value
      ? Object.values(value.perNode as object)
      : [value];
  };
  const services = Object.entries(master).flatMap(([key, fields]) =>
    fields === null
      ? []
      : [
          `${key.slice(0, key.lastIndexOf("/"))} ${key.slice(key.lastIndexOf("/") + 1)} ${fields}`,
        ],
  );
  const reasons = hotParameters.flatMap((name) =>
    valuesOf(name).flatMap((value) =>
      value === undefined || value === null
        ? []
        : whyNotHot(
            {
              parameters: new Map([[name, [value].flat().join(", ")]]),
              services: [],
            },
            ip,
          ),
    ),
  );
  return [
    ...new Set([
      ...reasons,
      ...whyNotHot({ parameters: new Map(), services }, ip),
    ]),
  ];
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

/** IPv6 addresses stand in brackets. */
function isAddress(text: string, ip: string): boolean {
  return sameAddress(text.replace(/^\[(.*)\]$/, "$1"), ip);
}
