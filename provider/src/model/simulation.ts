import { withoutInstance } from "./simulated";
import { resourcesOf, type ResourceStatus } from "./status";
import { child, children, parseXml, type XmlElement } from "./xml";

/** Something that the cluster would do. */
export interface SimulatedAction {
  /** Of a clone, what it is made of: an instance ("ID:0") has no name of its own in the configuration. */
  readonly resource: string;
  /**
   * "start", "stop", "restart", "move", ...: crm_simulate's words, in lower case. "delete": a node forgets what it
   * remembers of a resource that is no longer in the configuration.
   */
  readonly action: string;
  readonly node?: string;
  readonly source?: string;
  readonly target?: string;
  readonly reason?: string;
  readonly blocked: boolean;
}

/**
 * Reads the actions out of `crm_simulate --simulate --output-as=xml`. An empty list: the cluster would do nothing.
 *
 * @throws Error when the text is not crm_simulate's.
 */
export function parseSimulation(text: string): SimulatedAction[] {
  const root = parseXml(text);
  const actions = child(root, "actions");
  if (!actions)
    throw new Error(`expected crm_simulate's actions, found <${root.name}>`);
  return [
    ...children(actions, "rsc_action").map(({ attributes }) => ({
      resource: withoutInstance(attributes.resource ?? ""),
      action: (attributes.action ?? "").toLowerCase(),
      ...optional("node", attributes.node),
      ...optional("source", attributes.source),
      ...optional("target", attributes.dest),
      ...optional("reason", attributes.reason),
      blocked: attributes.blocked === "true",
    })),
    ...deletions(child(root, "transition")),
  ];
}

/** What the cluster would still do, and what runs where, at one and the same moment. */
export interface Plans {
  readonly actions: readonly SimulatedAction[];
  readonly resources: ReadonlyMap<string, ResourceStatus>;
}

/**
 * Reads the same, and what it started from. The two belong together: of an operation under way, such as the stop of a restart,
 * nothing stands among the actions any more, but in the role of its resource.
 *
 * @throws Error when the text is not crm_simulate's.
 */
export function parsePlans(text: string): Plans {
  const status = child(parseXml(text), "cluster_status");
  return {
    actions: parseSimulation(text),
    resources: resourcesOf(child(status, "resources")),
  };
}

/** Where nothing but a memory goes, there is a step of the transition, and no action above it. */
function deletions(transition: XmlElement | undefined): SimulatedAction[] {
  return children(transition, "rsc_action")
    .filter(({ attributes }) => attributes.op === "delete")
    .map(({ attributes }) => ({
      resource: withoutInstance(attributes.resource ?? ""),
      action: "delete",
      ...optional("node", attributes.node),
      blocked: false,
    }));
}

function optional<Key extends string>(
  key: Key,
  value: string | undefined,
): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
}
