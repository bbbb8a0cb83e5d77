import { child, children, descendants, parseXml, type XmlElement } from "./xml";

export interface NodeStatus {
  readonly name: string;
  readonly online: boolean;
  /** Joining: a member of corosync's membership, but not yet of Pacemaker's. */
  readonly pending: boolean;
  readonly standby: boolean;
  readonly maintenance: boolean;
}

export interface ResourceStatus {
  readonly id: string;
  readonly agent: string;
  /** "Started", "Stopped", "Starting", ... */
  readonly role: string;
  readonly active: boolean;
  /** In the cluster's memory only, no longer in the configuration. */
  readonly orphaned: boolean;
  /** Pacemaker will not touch it until somebody cleans up, as after a failed stop. */
  readonly blocked: boolean;
  readonly managed: boolean;
  readonly failed: boolean;
  /** Where it is active; of a clone, every node on which an instance is. */
  readonly nodes: readonly string[];
  /** Of a clone with several, each instance. */
  readonly instances?: readonly ResourceStatus[];
  /** The operation under way, such as "Starting". */
  readonly pending?: string;
}

export interface FailureStatus {
  /** Such as `smtp_service_start_0`. */
  readonly operationKey: string;
  readonly resource: string;
  /** Such as "start". */
  readonly task: string;
  readonly node: string;
  /** Such as "not running" or "not installed". */
  readonly exitStatus: string;
  /** The agent's own words; may be empty. */
  readonly exitReason: string;
  readonly exitCode: number;
  /** Whether it was done, timed out, ... */
  readonly status: string;
  readonly lastChange: string;
}

export interface ClusterStatus {
  /** The designated controller's name, where one is elected. */
  readonly dc?: string;
  readonly quorate: boolean;
  /** What a partition without quorum does: "stop", "freeze", "ignore", ... */
  readonly quorumPolicy?: string;
  readonly maintenance: boolean;
  readonly stopAll: boolean;
  readonly fencing: boolean;
  readonly nodes: readonly NodeStatus[];
  readonly resources: ReadonlyMap<string, ResourceStatus>;
  readonly failures: readonly FailureStatus[];
}

/**
 * Why crm_mon has no status to show, in its own words. Where it finds the daemon, but not the configuration, it succeeds (Pacemaker
 * 2.1).
 */
export function whyNoStatus(text: string): string | undefined {
  const isAnswer = /^\s*(<\?xml[^>]*>\s*)?<pacemaker-result\b/.test(text);
  if (!isAnswer || /<summary\b/.test(text)) return undefined;
  const error = /<error>([^<]+)<\/error>/.exec(text)?.[1]?.trim();
  return error ?? "it shows no status";
}

/**
 * Reads what `crm_mon --output-as=xml` prints (Pacemaker 2.0 and later).
 *
 * @throws Error when the text is not crm_mon's.
 */
export function parseStatus(text: string): ClusterStatus {
  const root = parseXml(text);
  const summary = child(root, "summary");
  const dc = child(summary, "current_dc");
  if (!summary)
    throw new Error(`expected crm_mon's summary, found <${root.name}>`);
  const options = child(summary, "cluster_options")?.attributes ?? {};
  return {
    ...(dc?.attributes.name === undefined ? {} : { dc: dc.attributes.name }),
    quorate: dc?.attributes.with_quorum === "true",
    ...(options["no-quorum-policy"] === undefined
      ? {}
      : { quorumPolicy: options["no-quorum-policy"] }),
    maintenance: options["maintenance-mode"] === "true",
    stopAll: options["stop-all-resources"] === "true",
    fencing: options["stonith-enabled"] === "true",
    nodes: nodesIn(root).map(nodeStatus),
    resources: resourcesOf(child(root, "resources")),
    failures: children(child(root, "failures"), "failure").map(failureStatus),
  };
}

/**
 * The nodes below crm_mon's root, or crm_simulate's status. A bundle's containers are listed among them, and are none: nothing
 * but the bundle's own runs there.
 */
export function nodesIn(status: XmlElement): XmlElement[] {
  const contained = new Set(
    children(child(status, "resources"), "bundle")
      .flatMap((bundle) => [...descendants(bundle)])
      .map(({ attributes }) => attributes.id),
  );
  return children(child(status, "nodes"), "node").filter(
    ({ attributes }) =>
      attributes.type !== "remote" ||
      !contained.has(attributes.id_as_resource ?? attributes.name),
  );
}

function nodeStatus({ attributes }: XmlElement): NodeStatus {
  return {
    name: attributes.name ?? "",
    online: attributes.online === "true",
    pending: attributes.pending === "true",
    standby: attributes.standby === "true",
    maintenance: attributes.maintenance === "true",
  };
}

/** Reads the resources below crm_mon's or crm_simulate's "resources". */
export function resourcesOf(
  element: XmlElement | undefined,
): Map<string, ResourceStatus> {
  const resources = new Map<string, ResourceStatus>();
  for (const found of element ? descendants(element) : []) {
    if (found.name !== "resource") continue;
    const { attributes } = found;
    const id = withoutInstance(attributes.id ?? "");
    const before = resources.get(id);
    const one: ResourceStatus = {
      id,
      agent: attributes.resource_agent ?? "",
      role: attributes.role ?? "",
      active: attributes.active === "true",
      orphaned: attributes.orphaned === "true" || attributes.removed === "true",
      blocked: attributes.blocked === "true",
      managed: attributes.managed !== "false",
      failed: attributes.failed === "true",
      nodes: children(found, "node").map((node) => node.attributes.name ?? ""),
      ...(attributes.pending === undefined
        ? {}
        : { pending: attributes.pending }),
    };
    resources.set(id, before ? together(before, one) : one);
  }
  return resources;
}

/** Instances that differ have a number after their id. No id in the configuration holds a colon. */
function withoutInstance(id: string): string {
  return id.replace(/:\d+$/, "");
}

/** The roles of what is being started, stopped, moved, promoted or demoted. */
const rolesUnderWay = /^(Starting|Stopping|Migrating|Promoting|Demoting)$/;

const isLook = (pending: string): boolean =>
  /^(monitoring|checking)$/i.test(pending);

/** Whether an operation of it is under way that will change what runs: any but a look at it. */
export function isUnderWay(found: ResourceStatus | undefined): boolean {
  if (!found) return false;
  return (found.instances ?? [found]).some(
    ({ role, pending }) =>
      rolesUnderWay.test(role) || (pending !== undefined && !isLook(pending)),
  );
}

/** Clone instances share an id: one that is active says more than one that is not, and what is wrong with any is wrong. */
function together(before: ResourceStatus, one: ResourceStatus): ResourceStatus {
  const first = !before.active && one.active ? one : before;
  return {
    ...first,
    blocked: before.blocked || one.blocked,
    failed: before.failed || one.failed,
    managed: before.managed && one.managed,
    nodes: [...new Set([...before.nodes, ...one.nodes])],
    instances: [...(before.instances ?? [before]), one],
  };
}

function failureStatus({ attributes }: XmlElement): FailureStatus {
  const operationKey = attributes.op_key ?? attributes.id ?? "";
  // Both an id and an operation's name may hold "_".
  const [, start, lastWord] = /^(.*)_([a-z]+)_\d+$/.exec(operationKey) ?? [];
  const task = attributes.task ?? lastWord ?? "";
  const end = operationKey.search(new RegExp(`_${task}_\\d+$`));
  return {
    operationKey,
    resource: withoutInstance(
      end < 0 ? (start ?? operationKey) : operationKey.slice(0, end),
    ),
    task,
    node: attributes.node ?? "",
    exitStatus: attributes.exitstatus ?? "",
    exitReason: attributes.exitreason ?? "",
    exitCode: Number(attributes.exitcode ?? "0"),
    status: attributes.status ?? "",
    lastChange: attributes["last-rc-change"] ?? "",
  };
}

/** The same without the operations under way that only look at a resource, and change nothing of it. */
export function withoutLooks(status: ClusterStatus): ClusterStatus {
  const calm = (found: ResourceStatus): ResourceStatus => {
    const { pending, instances, ...rest } = found;
    return {
      ...rest,
      ...(pending === undefined || isLook(pending) ? {} : { pending }),
      ...(instances ? { instances: instances.map(calm) } : {}),
    };
  };
  return {
    ...status,
    resources: new Map(
      [...status.resources].map(([id, found]) => [id, calm(found)]),
    ),
  };
}
