import type { z } from "zod";
import { observeShared } from "../cluster/transaction/observe";
import { clusterOf } from "../cluster/nodes/members";
import { checkAddresses, isStillProved } from "../cluster/outcome/proof";
import { refuseWhereInvalid } from "../cluster/preview/agent";
import { runsTogether } from "../cluster/outcome/start";
import { refuseSecondHolder } from "../model/addresses";
import type { Cib } from "../model/cib";
import { networkOf, sameAddress } from "../model/network";
import { parsePrefix, sameValue } from "../model/values";
import type { FloatingIpArgs, FloatingIpOutputs } from "./classes/floatingIp";
import { memberSchema } from "./common";
import { define, inputsOf } from "./define";
import {
  asStrings,
  attributes,
  checkOwnId,
  checkPrefix,
  ip,
  networkInterface,
  prefix,
} from "./inputs";
import { primitiveLife } from "./primitiveLife";
import { isVerified, verifyStarted } from "./verify";
import {
  readAttributes,
  unfinished,
  waiting,
  type Declared,
} from "../plan/primitive";
import { operationsFor, readInterval, readTimeouts } from "../plan/operations";

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

  ...primitiveLife({
    declared,
    refuse: refuseOtherHolder,

    async look(cluster, seen, inputs: Inputs) {
      const { resourceId, group } = inputs;
      const options = optionsToTry(seen.cib, declared(inputs));
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

    async prove(cluster, inputs, started) {
      if (started)
        await checkAddresses(cluster, started.node, [
          { resource: inputs.resourceId, ...inputs },
        ]);
      await verifyStarted(cluster, inputs, started);
    },
  }),

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
      ...waiting(found, state.group),
      ...(isProved && isSeen ? {} : { incomplete: true }),
      activeNode:
        state.group === undefined
          ? status.resources.get(state.resourceId)?.nodes[0]
          : undefined,
    };
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
    operations: operationsFor(inputs.monitorInterval, inputs.timeouts),
    meta: asStrings(inputs.meta),
    ...(inputs.group === undefined ? {} : { group: inputs.group }),
  };
}
