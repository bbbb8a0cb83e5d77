/** Many primitives: addresses in groups of five. */
import { labReset, type Lab } from "../lab";
import type { Way } from "./measure";
import { BenchProject, type Run } from "./project";
import { ssh, sshUntil } from "./ssh";

const groupSize = 5;

interface Address {
  readonly id: string;
  readonly ip: string;
  readonly group: string;
}

/** Addresses of the networks for documentation, none of them a node's. */
export function addresses(size: number): Address[] {
  return Array.from({ length: size }, (_, index) => ({
    id: `ip-${index + 1}`,
    ip: `${index < 150 ? "198.51.100" : "203.0.113"}.${(index % 150) + 1}`,
    group: `group-${Math.floor(index / groupSize) + 1}`,
  }));
}

function grouped(all: readonly Address[]): [string, Address[]][] {
  const groups = new Map<string, Address[]>();
  for (const one of all)
    groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [...groups];
}

export const program = (size: number) => `
const groups = ${JSON.stringify(grouped(addresses(size)))};
for (const [group, members] of groups) {
  const made = members.map(({ id, ip }) =>
    new pacemaker.FloatingIp(id, { connection, ip, cidrNetmask: 32, nic: "eth0", group }));
  new pacemaker.ResourceGroup(group, { connection, members: made.map(({ resourceId }) => resourceId) });
}
`;

const options = (ip: string) => [
  ["ip", ip],
  ["cidr_netmask", "32"],
  ["nic", "eth0"],
];

function patch(size: number): string {
  const primitive = ({ id, ip }: Address) =>
    `<primitive id="${id}" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="${id}-options">` +
    options(ip)
      .map(
        ([name, value]) =>
          `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`,
      )
      .join("") +
    `</instance_attributes><operations>` +
    `<op id="${id}-monitor" name="monitor" interval="30s"/></operations></primitive>`;
  const groups = grouped(addresses(size))
    .map(
      ([id, members]) =>
        `<group id="${id}">${members.map(primitive).join("")}</group>`,
    )
    .join("");
  return `<resources>${groups}</resources>`;
}

function oneByOne(size: number): string {
  const lines = grouped(addresses(size)).flatMap(([group, members]) => [
    ...members.map(
      ({ id, ip }) =>
        `pcs -f "$f" resource create ${id} ocf:heartbeat:IPaddr2 ` +
        `${options(ip)
          .map((pair) => pair.join("="))
          .join(" ")} op monitor interval=30s`,
    ),
    `pcs -f "$f" resource group add ${group} ${members.map(({ id }) => id).join(" ")}`,
  ]);
  return `f=$(mktemp)
pcs cluster cib "$f"
cp "$f" "$f.old"
${lines.join("\n")}
pcs cluster cib-push "$f" diff-against="$f.old"
rm "$f" "$f.old"
`;
}

/** Until as many resources are started as there shall be. */
function allStarted(lab: Lab, size: number): Promise<void> {
  return sshUntil(
    lab,
    lab.nodes[0]!.name,
    "crm_mon -1 --inactive | grep -cw Started || true",
    (text) => Number(text) === size,
    600,
  );
}

/** The lines that say which remote command ran. The CLI prints each of them twice, its log holds it once. */
const remoteCommands = ({ outcome }: Run): number =>
  outcome.diagnostics.flatMap(
    ({ message }) => message.match(/pacemaker: \S+ [\d.]+ s, /g) ?? [],
  ).length;

/** PACEMAKER_DEBUG tells which commands ran. */
const projectOf = (lab: Lab, size: number, cleanUp: (() => void)[]) =>
  BenchProject.make(lab, program(size), cleanUp, { PACEMAKER_DEBUG: "1" });

async function making(project: BenchProject, size: number) {
  const made = await project.run("up");
  return {
    [`${size}: ours`]: made.notes.span,
    [`${size}: ours, whole up`]: made.outcome.seconds,
    [`${size}: remote commands`]: remoteCommands(made),
  };
}

async function nothingToDo(project: BenchProject, size: number) {
  const again = await project.run("up");
  const refreshed = await project.run("refresh");
  return {
    [`${size}: our part of a no-op up`]: again.notes.busy,
    [`${size}: a whole no-op up`]: again.outcome.seconds,
    [`${size}: remote commands of a no-op up`]: remoteCommands(again),
    [`${size}: our part of a refresh`]: refreshed.notes.busy,
    [`${size}: remote commands of a refresh`]: remoteCommands(refreshed),
  };
}

/** The largest number that the other ways make as well: above it, they say nothing new, in many minutes. */
export const mostCompared = 100;

/** Made in the first round, and there in all of them. */
export async function standingWay(
  lab: Lab,
  size: number,
  cleanUp: (() => void)[],
): Promise<Way> {
  const project = await projectOf(lab, size, cleanUp);
  let made = false;
  return {
    name: `${size}: ours`,
    async run() {
      const first = made
        ? {}
        : await labReset(lab).then(() => making(project, size));
      made = true;
      return { ...first, ...(await nothingToDo(project, size)) };
    },
  };
}

export async function scaleWays(
  lab: Lab,
  sizes: readonly number[],
  cleanUp: (() => void)[],
): Promise<Way[]> {
  const node = lab.nodes[0]!.name;
  const ways: Way[] = [];
  for (const size of new Set([3, ...sizes])) {
    const project = await projectOf(lab, size, cleanUp);
    ways.push({
      name: `${size}: ours`,
      async run() {
        await labReset(lab);
        const measured = {
          ...(await making(project, size)),
          ...(await nothingToDo(project, size)),
        };
        project.forget();
        return measured;
      },
    });
    if (!sizes.includes(size)) continue;
    const timed = (name: string, command: string, text: string): Way => ({
      name: `${size}: ${name}`,
      async run() {
        await labReset(lab);
        const started = Date.now();
        await ssh(lab, node, command, text);
        await allStarted(lab, size);
        return { [`${size}: ${name}`]: (Date.now() - started) / 1000 };
      },
    });
    ways.push(
      timed(
        "raw patch",
        "cibadmin --modify --allow-create --scope resources --xml-pipe",
        patch(size),
      ),
      timed("pcs -f", "sh -se", oneByOne(size)),
    );
  }
  return ways;
}
