import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { clusterOf, observe, type Cluster } from "../cluster/cluster";
import { startedOn, stopCommand, stopResources } from "../cluster/primitives";
import { checkAddresses, checkPorts } from "../cluster/proof";
import { warn } from "../cluster/report";
import { transact } from "../cluster/transaction";
import { connectionSchema, type Connection } from "../connection";
import { PacemakerError } from "../errors";
import type { Cib } from "../pcs/cib";
import { dissolveGroup, removeFromGroup } from "../pcs/commands";
import { connectionInput, type ConnectionArgs } from "./connectionInput";
import { planGroup, type DeclaredGroup } from "./group";
import { asStrings, id, metaAttributes, port } from "./inputs";
import { handlers, type Properties } from "./lifecycle";
import { readAttributes } from "./primitive";
import { shim } from "./shim";

export interface ResourceGroupArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs>;
  /** The id in the cluster's configuration. Default: the Pulumi name. A change replaces the resource. */
  resourceId?: pulumi.Input<string>;
  /**
   * The ids of the members in the order in which they start; they stop in the reverse order. Give the resources' own
   * `resourceId` outputs, so that Pulumi knows the order too.
   */
  members: pulumi.Input<pulumi.Input<string>[]>;
  /** Meta attributes, such as `resource-stickiness`. A change restarts nothing. */
  meta?: pulumi.Input<Record<string, pulumi.Input<string | number | boolean>>>;
  /** TCP ports that must be listened on at the group's addresses once it has started. Default: none is looked at. */
  listeningPorts?: pulumi.Input<pulumi.Input<number>[]>;
}

interface Inputs {
  connection: Connection;
  resourceId: string;
  members: string[];
  meta?: Record<string, string | number | boolean>;
  listeningPorts?: number[];
}

interface Outputs {
  activeNode?: string;
}

const schema = z.strictObject({
  connection: connectionSchema,
  resourceId: id,
  members: z
    .array(id, {
      error: `must be a list of the members' ids, such as ["smtp_ip", "smtp_service"]`,
    })
    .min(1, `is empty, but a group must have at least one member`)
    .superRefine((members, context) => {
      for (const [index, member] of members.entries())
        if (members.indexOf(member) < index)
          context.addIssue({
            code: "custom",
            path: [index],
            message: `is "${member}", which is a member already: name each member once`,
          });
    }),
  meta: metaAttributes.optional(),
  listeningPorts: z.array(port).optional(),
});

/** How long a group waits for members that the same program creates beside it, in seconds. */
const memberSeconds = 120;

/**
 * A group of resources that run on one node, start in order and stop in the reverse order.
 *
 * The members put into it are created with `group` set to its id: they stand in the configuration, stopped, until the
 * group starts all of them in one change. Deleting the group stops its members, from last to first, and dissolves it.
 *
 * @example
 * new ResourceGroup("web", { members: [address.resourceId, service.resourceId] });
 */
export class ResourceGroup extends pulumi.dynamic.Resource {
  declare readonly connection: pulumi.Output<Connection>;
  declare readonly resourceId: pulumi.Output<string>;
  declare readonly members: pulumi.Output<string[]>;
  declare readonly meta: pulumi.Output<
    Record<string, string | number | boolean> | undefined
  >;
  declare readonly listeningPorts: pulumi.Output<number[] | undefined>;
  /** The node that runs the members. Undefined while an operator has the group disabled. */
  declare readonly activeNode: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: ResourceGroupArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const inputs: ResourceGroupArgs = {
      ...args,
      connection: connectionInput(args.connection, name),
      resourceId: args.resourceId ?? name,
    };
    super(
      shim("resourceGroup"),
      name,
      { ...inputs, activeNode: undefined },
      options,
      "pacemaker",
      "ResourceGroup",
    );
  }
}

export const resourceGroup = handlers<Inputs, Outputs>({
  schema,
  inputNames: ["connection", "resourceId", "members", "meta", "listeningPorts"],

  normalise: (inputs: Properties): Properties => inputs,

  async apply(inputs, previous) {
    const cluster = clusterOf(inputs.connection);
    await membersExist(cluster, inputs);
    await transact(cluster, inputs.resourceId, ({ cib }) =>
      planGroup(
        cib,
        declared(inputs),
        previous ? declared(previous) : undefined,
      ),
    );
  },

  async settle(inputs) {
    const cluster = clusterOf(inputs.connection);
    const activeNode = await startedOn(
      cluster,
      inputs.resourceId,
      inputs.members,
    );
    if (activeNode === undefined) return {};
    const { cib } = await observe(cluster);
    const addresses = inputs.members.flatMap((member) =>
      addressOf(cib, member),
    );
    await checkAddresses(cluster, activeNode, addresses);
    await checkPorts(
      cluster,
      inputs.resourceId,
      activeNode,
      inputs.listeningPorts ?? [],
      addresses.map((address) => address.ip),
    );
    return { activeNode };
  },

  async read(state) {
    const { cib, status } = await observe(clusterOf(state.connection));
    const found = cib.groups.get(state.resourceId);
    if (!found) return undefined;
    const nodes = new Set(
      found.members.flatMap((id) => status.resources.get(id)?.nodes ?? []),
    );
    return {
      ...state,
      members: [...found.members],
      meta: readAttributes(found.meta, state.meta),
      activeNode: nodes.size === 1 ? [...nodes][0] : undefined,
    };
  },

  async remove(state) {
    const cluster = clusterOf(state.connection);
    const { cib } = await observe(cluster);
    if (!cib.groups.has(state.resourceId)) return;
    const ours = (current: Cib): string[] =>
      (current.groups.get(state.resourceId)?.members ?? []).filter((member) =>
        state.members.includes(member),
      );
    await stopResources(cluster, state.resourceId, ours, (current) =>
      ours(current).flatMap((member) =>
        stopCommand(current, member, state.resourceId),
      ),
    );
    await transact(
      cluster,
      `delete ${state.resourceId}`,
      ({ cib: current }) => {
        const group = current.groups.get(state.resourceId);
        if (!group) return [];
        const members = ours(current);
        if (members.length === group.members.length)
          return [dissolveGroup(group.id)];
        const foreign = group.members.filter(
          (member) => !members.includes(member),
        );
        warn(
          group.id,
          `is left in the cluster, because it holds ${foreign.join(", ")}, which this program did not declare.`,
        );
        return members.length > 0 ? [removeFromGroup(group.id, members)] : [];
      },
    );
  },
});

/** Members that the program declares without Pulumi's knowing the order are created at the same time. */
async function membersExist(cluster: Cluster, inputs: Inputs): Promise<void> {
  const started = Date.now();
  for (;;) {
    const { cib } = await observe(cluster);
    const missing = inputs.members.filter(
      (member) => !cib.primitives.has(member),
    );
    if (missing.length === 0) return;
    if (Date.now() - started > memberSeconds * 1000)
      throw new PacemakerError(
        "conflict",
        `${inputs.resourceId}: ${missing.join(", ")} is not in the cluster's configuration, ${memberSeconds} s after the ` +
          `group was to be made. Give the members as the resources' own outputs (members: [address.resourceId, ...]), so ` +
          `that they are created before it. Nothing was changed.`,
      );
    await sleep(200);
  }
}

function addressOf(cib: Cib, member: string) {
  const found = cib.primitives.get(member);
  if (found?.agent !== "ocf:heartbeat:IPaddr2") return [];
  const { ip, cidr_netmask: netmask } = found.options;
  if (ip === undefined) return [];
  return [
    {
      resource: member,
      ip,
      ...(netmask === undefined ? {} : { cidrNetmask: Number(netmask) }),
    },
  ];
}

function declared(inputs: Inputs): DeclaredGroup {
  return {
    id: inputs.resourceId,
    members: inputs.members,
    meta: asStrings(inputs.meta),
  };
}
