/** States that released versions wrote, and the programs that they belong to. What a lab makes anew is left out of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labConnection } from "../../harness";
import type { Lab } from "../../../../lab";

export interface Golden {
  /** The version that wrote the state, and what is special about it: the file's name. */
  name: string;
  program: string;
  /** How many resources it holds, the stack's own among them. */
  resources: number;
  /** Those that are not as they should be: the next update finishes them. */
  unfinished: readonly string[];
}

const everything = `
new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask });
const address = new pacemaker.FloatingIp("web_ip", {
  connection, group: "web", ip: "192.0.2.31", cidrNetmask: 24, nic: "eth0", monitorInterval: "20s",
  options: { arp_count: 3 }, timeouts: { start: "30s" }, meta: { "migration-threshold": 5 }, adopt: "update",
});
const service = new pacemaker.SystemdResource("web_service", {
  connection, group: "web", unit: "nginx.service", timeouts: { stop: "2min" }, meta: { "failure-timeout": "1h" },
});
new pacemaker.ResourceGroup("web", {
  connection, members: [address.resourceId, service.resourceId], meta: { "resource-stickiness": 10 }, listeningPorts: [80],
});
new pacemaker.FloatingIp("alone", { connection: pulumi.secret(connection), resourceId: "alone_ip", ip: "192.0.2.41" });
`;

/** Written while a node was off and the service started nowhere. */
const interrupted = `
const address = new pacemaker.FloatingIp("web_ip", { connection, group: "web", ip: "192.0.2.31" });
const service = new pacemaker.SystemdResource("web_service", { connection, group: "web", unit: "nginx" });
new pacemaker.ResourceGroup("web", { connection, members: [address.resourceId, service.resourceId] });
`;

export const goldens: readonly Golden[] = [
  { name: "0.1.0", program: everything, resources: 9, unfinished: [] },
  {
    name: "0.1.0-unfinished",
    program: interrupted,
    resources: 4,
    unfinished: ["web_service", "web"],
  },
];

export function fileOf({ name }: Golden): string {
  return join(__dirname, `${name}.json`);
}

/** A resource of a state, with its secrets as they are. */
export interface GoldenResource {
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** The resources of a state that a handler works on, in their order. */
export function resourcesOf(golden: Golden): GoldenResource[] {
  const state = JSON.parse(readFileSync(fileOf(golden), "utf8"), revealed) as {
    deployment: { resources: GoldenResource[] };
  };
  return state.deployment.resources.filter(
    ({ inputs }) => inputs?.__provider !== undefined,
  );
}

/** Pulumi's mark of a secret in a state. */
const secretMark = "4dabf18193072939515e22adb298388d";

function revealed(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(secretMark in value))
    return value;
  return JSON.parse((value as { plaintext?: string }).plaintext ?? "null");
}

/** Both spellings of the lab's own texts, and what stands for them. */
function standIns(lab: Lab): [string, string][] {
  const { hostKeys, privateKey } = labConnection(lab);
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  const twice = (text: string) => inJson(inJson(text));
  return [
    [twice(privateKey), "A PRIVATE KEY, QUOTED TWICE"],
    [inJson(privateKey), "A PRIVATE KEY"],
    ...Object.entries(hostKeys).map(
      ([host, key]) => [key, `THE HOST KEY OF ${host}.`] as [string, string],
    ),
  ];
}

/** The state as it would be on this lab. */
export function stateFor(lab: Lab, golden: Golden): string {
  return standIns(lab).reduce(
    (text, [own, standIn]) => text.replaceAll(standIn, own),
    readFileSync(fileOf(golden), "utf8"),
  );
}

/** A state from this lab, as it is kept. */
export function withoutKeys(lab: Lab, state: string): string {
  return standIns(lab).reduce(
    (text, [own, standIn]) => text.replaceAll(own, standIn),
    state,
  );
}
