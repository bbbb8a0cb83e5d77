/** Reading the cluster with Pacemaker's own tools, on the nodes, past everything that is under test. */
import { execOnNode, type Lab } from "../../../lab";
import { all, one, parseXml, type Element } from "./xml";

/** Runs a program on a node as root; it has to succeed. */
export async function onNode(
  lab: Lab,
  node: string,
  ...argv: string[]
): Promise<string> {
  const result = await execOnNode(lab, node, argv, { timeoutMs: 60_000 });
  if (result.code !== 0)
    throw new Error(
      `"${argv.join(" ")}" on ${node} ended with code ${result.code}: ${result.stderr || result.stdout}`,
    );
  return result.stdout;
}

/** Runs a shell text on every node, and gives what each printed. */
export async function onEveryNode(
  lab: Lab,
  script: string,
): Promise<Record<string, string>> {
  const printed = await Promise.all(
    lab.nodes.map(async ({ name }) => {
      return [name, await onNode(lab, name, "/bin/sh", "-ec", script)] as const;
    }),
  );
  return Object.fromEntries(printed);
}

const firstNode = (lab: Lab): string => lab.nodes[0]!.name;

/** The whole CIB, as text. */
export function cibText(lab: Lab, node = firstNode(lab)): Promise<string> {
  return onNode(lab, node, "cibadmin", "--query");
}

export async function cib(lab: Lab, node?: string): Promise<Element> {
  return parseXml(await cibText(lab, node));
}

/** The version that every change of the configuration counts up, and nothing else does. */
export async function epoch(lab: Lab, node?: string): Promise<string> {
  const { admin_epoch: admin, epoch: count } = (await cib(lab, node))
    .attributes;
  return `${admin}.${count}`;
}

/** The configuration in one spelling: for comparing what there was with what there is. */
export async function configuration(lab: Lab, node?: string): Promise<string> {
  return render(one(await cib(lab, node), "configuration"), "");
}

/** Sets of name-value pairs and of operations have no order; resources, members and constraints do. */
const unordered = [
  ...["crm_config", "cluster_property_set", "nodes"],
  ...["instance_attributes", "meta_attributes", "operations"],
];

function render(element: Element, margin: string): string {
  const attributes = Object.entries(element.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}="${value}"`);
  const children = element.children
    .map((child) => render(child, `${margin}  `))
    .filter(Boolean);
  // Pacemaker notes in a property of its own when it has forgotten a failure.
  if (element.attributes.name === "last-lrm-refresh") return "";
  // "pcs node unstandby" leaves an empty set behind.
  if (element.name === "instance_attributes" && children.length === 0)
    return "";
  if (unordered.includes(element.name)) children.sort();
  return [`${margin}<${element.name}${attributes.join("")}>`, ...children].join(
    "\n",
  );
}

export interface ResourceStatus {
  role: string;
  /** Where it is active; sorted. */
  nodes: string[];
  failed: boolean;
  managed: boolean;
  blocked: boolean;
}

/** Every primitive that the cluster knows, by its id. */
export async function statuses(
  lab: Lab,
  node = firstNode(lab),
): Promise<Map<string, ResourceStatus>> {
  const text = await onNode(
    lab,
    node,
    "crm_mon",
    "-1",
    "-r",
    "--output-as=xml",
  );
  const found = all(parseXml(text), "resource").map((resource) => {
    const { id = "", role = "", ...rest } = resource.attributes;
    const nodes = all(resource, "node").map(
      (running) => running.attributes.name ?? "",
    );
    return [
      id,
      {
        role,
        nodes: nodes.sort(),
        failed: rest.failed === "true",
        managed: rest.managed === "true",
        blocked: rest.blocked === "true",
      },
    ] as const;
  });
  return new Map(found);
}

/** The one node on which all the resources are started. */
export async function whereAre(
  lab: Lab,
  resources: readonly string[],
  node?: string,
): Promise<string> {
  const known = await statuses(lab, node);
  const places = resources.map((id) => {
    const status = known.get(id);
    if (status?.role !== "Started" || status.failed)
      throw new Error(`${id} is ${JSON.stringify(status ?? "unknown")}`);
    return status.nodes.join(" and ");
  });
  const places1 = [...new Set(places)];
  if (places1.length !== 1)
    throw new Error(`${resources.join(", ")} are on ${places.join(", ")}`);
  return places1[0]!;
}

/** The addresses with their prefixes on a node's interfaces: "192.0.2.25/24". */
export async function addresses(lab: Lab, node: string): Promise<string[]> {
  const text = await onNode(lab, node, "ip", "-o", "address", "show");
  return [...text.matchAll(/ inet6? (\S+)/g)].map(([, address]) => address!);
}

/** Whether something listens on a TCP port of a node. */
export async function listens(
  lab: Lab,
  node: string,
  port: number,
): Promise<boolean> {
  const text = await onNode(lab, node, "ss", "-Hltn", `sport = :${port}`);
  return text.trim() !== "";
}

/** Those of the systemd units that are active, by node. */
export async function activeUnits(
  lab: Lab,
  units: readonly string[],
): Promise<Record<string, string[]>> {
  const printed = await onEveryNode(
    lab,
    `systemctl is-active ${units.map((unit) => `'${unit}'`).join(" ")} || true`,
  );
  const entries = Object.entries(printed).map(([node, text]) => {
    const states = text.trim().split("\n");
    const off = (state?: string) => state === "inactive" || state === "failed";
    return [node, units.filter((_, index) => !off(states[index]))];
  });
  return Object.fromEntries(entries) as Record<string, string[]>;
}

/** The units with such a name that a node would start at its next boot, whatever pulls them in. */
export async function bootedUnits(
  lab: Lab,
  name: string,
): Promise<Record<string, string[]>> {
  const printed = await onEveryNode(
    lab,
    "systemctl list-dependencies --plain --no-pager default.target",
  );
  const entries = Object.entries(printed).map(([node, text]) => {
    const units = text.split("\n").map((line) => line.trim());
    return [node, units.filter((unit) => unit.startsWith(name))];
  });
  return Object.fromEntries(entries) as Record<string, string[]>;
}

/** What the cluster still remembers of any resource, beyond its configuration: history, fail counts. */
export async function remembered(lab: Lab, node?: string): Promise<string[]> {
  const status = one(await cib(lab, node), "status");
  return [
    ...all(status, "lrm_resource").map(({ attributes }) => attributes.id ?? ""),
    ...all(status, "nvpair")
      .map(({ attributes }) => attributes.name ?? "")
      .filter((name) => /^(fail-count|last-failure)-/.test(name)),
  ];
}
