/** States that released versions wrote, and the programs that they belong to. What a lab makes anew is left out of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labConnection } from "../../harness";
import type { Lab } from "../../../../lab";

export interface Golden {
  /** The version that wrote the state. */
  version: string;
  program: string;
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

export const goldens: readonly Golden[] = [
  { version: "0.1.0", program: everything },
];

export function fileOf({ version }: Golden): string {
  return join(__dirname, `${version}.json`);
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
