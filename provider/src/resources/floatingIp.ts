import type { z } from "zod";
import { observeShared } from "../cluster/transaction/observe";
import {
  cleanUpFailures,
  madeMember,
  prepareMember,
} from "../cluster/change/change";
import { awaitHandover, withoutLeaving } from "../cluster/change/handover";
import { returnToPlace } from "../cluster/change/waiting";
import { clusterOf } from "../cluster/nodes/members";
import { checkAddresses, isStillProved } from "../cluster/outcome/proof";
import { removePrimitive } from "../cluster/change/remove";
import { refuseWhereInvalid } from "../cluster/preview/agent";
import { runsTogether, startedOn } from "../cluster/outcome/start";
import { memberSettles } from "../cluster/outcome/standby";
import { transact } from "../cluster/transaction/transact";
import { refuseSecondHolder } from "../model/addresses";
import type { Cib } from "../model/cib";
import { networkOf, sameAddress } from "../model/network";
import { parsePrefix, sameValue } from "../model/values";
import type { FloatingIpArgs, FloatingIpOutputs } from "./classes/floatingIp";
import { memberSchema } from "./common";
import { define, inputsOf } from "./define";
import { foretellPrimitive } from "./foresee";
import {
  asStrings,
  attributes,
  checkOwnId,
  checkPrefix,
  ip,
  networkInterface,
  prefix,
} from "./inputs";
import { isVerified, verifyStarted } from "./verify";
import { sameObject, withoutReplaced } from "./replaced";
import { returnToStandby } from "./standby";
import {
  planPrimitive,
  readAttributes,
  readInterval,
  readTimeouts,
  takenOver,
  unfinished,
  type Declared,
} from "../plan/primitive";

const own = "it has an input of its own";

const schema = inputsOf<FloatingIpArgs>()({
  ip,
  cidrNetmask: prefix.optional(),
  nic: networkInterface.optional(),
  options: attributes({
    ip: own,
    cidr_netmask: `${own}, cidrNetmask`,
    nic: own,
  }).optional(),
  ...memberSchema,
})
  .superRefine(checkPrefix)
  .superRefine(checkOwnId);

type Inputs = z.output<typeof schema>;

export const floatingIp = define<FloatingIpOutputs>()({
  name: "floatingIp",
  schema,

  async examine(inputs, previous) {
    const cluster = clusterOf(inputs.connection);
    const seen = await observeShared(cluster);
    const { cib } = seen;
    const known = sameObject(inputs, previous);
    refuseOtherHolder(
      withoutLeaving(cluster, withoutReplaced(cib, inputs, previous), inputs),
      inputs,
      known,
    );
    planPrimitive(
      withoutReplaced(cib, inputs, previous),
      declared(inputs),
      known ? declared(known) : adopted(inputs),
    );
    const { resourceId, group } = inputs;
    const options = optionsToTry(cib, declared(inputs));
    if (options)
      await refuseWhereInvalid(
        cluster,
        seen,
        {
          ...{ resource: resourceId, group, options },
          ...{ provider: "heartbeat", type: "IPaddr2" },
          alike: whatMatters(options),
        },
        'Correct "ip", "nic", "cidrNetmask" or "options" ("ip address" and "ip route" show what a node has; where no route leads to the address, both nic and cidrNetmask are needed)',
      );
  },

  async apply(inputs, previous) {
    const cluster = clusterOf(inputs.connection);
    const { cib: now, status } = await awaitHandover(cluster, inputs);
    const plan = (cib: Cib) => {
      refuseOtherHolder(cib, inputs, previous);
      return planPrimitive(
        cib,
        declared(inputs),
        previous ? declared(previous) : adopted(inputs),
      );
    };
    // Whatever forbids the change must be known before a failure is forgotten.
    plan(now);
    await cleanUpFailures(cluster, status, [inputs.resourceId]);
    await prepareMember(cluster, inputs, previous);
    const { cib: before } = await transact(
      cluster,
      inputs.resourceId,
      ({ cib }) => [
        ...plan(cib),
        ...returnToPlace(cluster, cib, inputs),
        ...returnToStandby(cluster, cib, inputs),
      ],
      { group: inputs.group },
    );
    return madeMember(cluster, before, inputs);
  },

  foretell: (inputs, previous, isReplacement) =>
    foretellPrimitive(
      clusterOf(inputs.connection),
      previous.resourceId,
      isReplacement,
      ({ cib }) => ({
        commands: planPrimitive(cib, declared(inputs), declared(previous)),
      }),
    ),

  async settle(inputs) {
    const { resourceId, group } = inputs;
    const cluster = clusterOf(inputs.connection);
    const started =
      group === undefined
        ? await startedOn(cluster, resourceId, [resourceId])
        : await memberSettles(cluster, resourceId, group);
    if (started)
      await checkAddresses(cluster, started.node, [
        { resource: resourceId, ...inputs },
      ]);
    await verifyStarted(cluster, inputs, started);
    // A member's node is told by its group alone: it changes with every failover.
    return group === undefined && started ? { activeNode: started.node } : {};
  },

  // A member's node is told by its group alone: it changes with every failover.
  placed: ({ resourceId, group }) => (group === undefined ? [resourceId] : []),

  async read(state) {
    const cluster = clusterOf(state.connection);
    const { cib, status } = await observeShared(cluster);
    const found = cib.primitives.get(state.resourceId);
    if (!found || found.agent !== "ocf:heartbeat:IPaddr2") return undefined;
    const node = runsTogether(status, [state.resourceId]);
    const { ip, cidr_netmask: netmask } = found.options;
    const prefix = netmask === undefined ? undefined : parsePrefix(netmask);
    const isProved =
      // A member's group looks at it.
      state.group !== undefined ||
      node === undefined ||
      ip === undefined ||
      (await isStillProved(cluster, {
        resource: state.resourceId,
        node,
        addresses: [
          {
            resource: state.resourceId,
            ip,
            ...(prefix === undefined ? {} : { cidrNetmask: prefix }),
          },
        ],
        ports: [],
      }));
    const isSeen =
      !isProved ||
      state.group !== undefined ||
      (await isVerified(cluster, state, { node, cib, status }));
    return {
      ...state,
      ip: sameAddress(found.options.ip ?? "", state.ip)
        ? state.ip
        : (found.options.ip ?? ""),
      cidrNetmask: prefix,
      nic: found.options.nic,
      monitorInterval: readInterval(found, state.monitorInterval),
      options: readAttributes(found.options, state.options),
      timeouts: readTimeouts(found, state.timeouts),
      meta: readAttributes(found.meta, state.meta),
      ...unfinished(found),
      ...(isProved && isSeen ? {} : { incomplete: true }),
      activeNode:
        state.group === undefined
          ? status.resources.get(state.resourceId)?.nodes[0]
          : undefined,
    };
  },

  async remove(state) {
    await removePrimitive(
      clusterOf(state.connection),
      state.resourceId,
      state.group,
    );
  },
});

/** Where an address is held twice already, that is somebody's wish: only a new one is looked at. */
function refuseOtherHolder(
  cib: Cib,
  { resourceId, ip: address }: Inputs,
  previous: Pick<Inputs, "ip"> | undefined,
): void {
  const held = cib.primitives.get(resourceId)?.options.ip;
  const isNew =
    (!previous || !sameAddress(previous.ip, address)) &&
    (held === undefined || !sameAddress(held, address));
  if (isNew) refuseSecondHolder(cib, resourceId, address);
}

/** The options that the agent is to be given, where they are not those that it has. */
function optionsToTry(
  cib: Cib,
  { id, options, absent = [] }: Declared,
): Record<string, string> | undefined {
  const found = cib.primitives.get(id)?.options ?? {};
  const isNew =
    Object.entries(options).some(
      ([name, value]) => !sameValue(name, found[name], value),
    ) || absent.some((name) => found[name] !== undefined);
  if (!isNew) return undefined;
  const kept = Object.entries(found).filter(([name]) => !absent.includes(name));
  return { ...Object.fromEntries(kept), ...options };
}

/**
 * What it depends on whether the agent takes the options (resource-agents, findif.sh): with an interface and a prefix
 * given, any address will do; else a route to its network is looked for.
 */
function whatMatters({ ip: address = "", ...others }: Record<string, string>) {
  const prefix = parsePrefix(others.cidr_netmask ?? "");
  const place =
    prefix === undefined
      ? address
      : networkOf(address, others.nic === undefined ? prefix : 0);
  return JSON.stringify([place, Object.entries(others).sort()]);
}

function adopted(inputs: Inputs) {
  return inputs.adopt === "update" ? takenOver : undefined;
}

function declared(inputs: Inputs): Declared {
  return {
    id: inputs.resourceId,
    agents: ["ocf:heartbeat:IPaddr2"],
    options: {
      ip: inputs.ip,
      ...(inputs.cidrNetmask === undefined
        ? {}
        : { cidr_netmask: String(inputs.cidrNetmask) }),
      ...(inputs.nic === undefined ? {} : { nic: inputs.nic }),
      ...asStrings(inputs.options),
    },
    absent: [
      ...(inputs.cidrNetmask === undefined ? ["cidr_netmask"] : []),
      ...(inputs.nic === undefined ? ["nic"] : []),
    ],
    monitorInterval: inputs.monitorInterval,
    timeouts: { ...inputs.timeouts },
    meta: asStrings(inputs.meta),
    ...(inputs.group === undefined ? {} : { group: inputs.group }),
  };
}
