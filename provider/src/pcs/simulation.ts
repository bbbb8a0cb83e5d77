import { child, children, parseXml } from "./xml";

/** Something that the cluster would do. */
export interface SimulatedAction {
  readonly resource: string;
  /** "Start", "Stop", "Restart", "Move", ... as crm_simulate spells it, in lower case. */
  readonly action: string;
  readonly node?: string;
  readonly source?: string;
  readonly target?: string;
  readonly reason?: string;
  readonly blocked: boolean;
}

/**
 * Reads the actions out of `crm_simulate --output-as=xml`. An empty list: the cluster would do nothing.
 *
 * @throws Error when the text is not crm_simulate's.
 */
export function parseSimulation(text: string): SimulatedAction[] {
  const root = parseXml(text);
  const actions = child(root, "actions");
  if (!actions)
    throw new Error(`expected crm_simulate's actions, found <${root.name}>`);
  return children(actions, "rsc_action").map(({ attributes }) => ({
    resource: attributes.resource ?? "",
    action: (attributes.action ?? "").toLowerCase(),
    ...optional("node", attributes.node),
    ...optional("source", attributes.source),
    ...optional("target", attributes.dest),
    ...optional("reason", attributes.reason),
    blocked: attributes.blocked === "true",
  }));
}

function optional<Key extends string>(
  key: Key,
  value: string | undefined,
): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
}
