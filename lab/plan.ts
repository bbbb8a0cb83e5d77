/** What a lab looks like: names and addresses, computed and never looked up. */

export const suites = ["bookworm", "trixie"] as const;
export type Suite = (typeof suites)[number];

export const maxNodes = 9;
export const networkPrefix = 24;
export const clientName = "client";
export const clientAddress = "192.0.2.1";
export const floatingAddress = "192.0.2.25";
export const nodeInterface = "eth0";

export interface NodePlan {
  name: string;
  address: string;
  /** The node's own network namespace. */
  namespace: string;
}

export interface LabPlan {
  name: string;
  suite: Suite;
  nodes: NodePlan[];
  /** The network namespace of the bridge and of the programs under test. */
  namespace: string;
}

export interface LabOptions {
  suite?: Suite;
  name?: string;
  nodes?: number;
}

export function isSuite(text: string): text is Suite {
  return (suites as readonly string[]).includes(text);
}

/** A lab's name ends up in paths, namespaces and cgroups: keep it plain and short. */
export function assertLabName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(name)) {
    throw new Error(
      `"${name}" cannot name a lab: use up to 30 lower-case letters, digits and dashes, starting with a letter.`,
    );
  }
}

export function namespaceOf(lab: string, node?: string): string {
  return node ? `pacemaker-lab-${lab}.${node}` : `pacemaker-lab-${lab}`;
}

export function planLab(options: LabOptions = {}): LabPlan {
  const suite = options.suite ?? "bookworm";
  const name = options.name ?? suite;
  const count = options.nodes ?? 3;
  assertLabName(name);
  if (!Number.isInteger(count) || count < 1 || count > maxNodes) {
    throw new Error(`A lab has 1 to ${maxNodes} nodes, not ${count}.`);
  }
  const nodes = Array.from({ length: count }, (_, index) => {
    const node = `node-${String(index + 1).padStart(2, "0")}`;
    return {
      name: node,
      address: `192.0.2.${11 + index}`,
      namespace: namespaceOf(name, node),
    };
  });
  return { name, suite, nodes, namespace: namespaceOf(name) };
}
