/**
 * What stands by hot: the service on every node, in a clone, and the addresses where it is healthy. The way from a group to
 * that and back is one change of the configuration, by which nothing that serves is stopped.
 */
import { PacemakerError } from "../errors";
import type { Cib, Clone, Group } from "../model/cib";
import {
  bindingsBetween,
  bindingsOf,
  cloneOf,
  isBinding,
} from "../model/standby";
import { arrive, isDisabled, narrowingMeta } from "../model/staging";
import { dissolve, forget, leaveTags, takeOutOfClone } from "../model/taking";
import { parentProblem } from "../model/understood";
import { sameValue } from "../model/values";
import { setAttributes, setMarks } from "../model/writing";
import {
  cloneResource,
  createConstraint,
  deleteByXPath,
  setMeta,
  type PcsCommand,
} from "../pcs/commands";
import { planGroup, type DeclaredGroup } from "./group";
import { assign } from "./primitive";

/** What was declared before of a group, as far as it tells what is ours to take away. */
export type PreviousGroup = Pick<DeclaredGroup, "members" | "meta" | "standby">;

/** What is to be done so that the members stand by as declared: as a group, or hot. */
export function planMembers(
  cib: Cib,
  declared: DeclaredGroup,
  previous: PreviousGroup | undefined,
): PcsCommand[] {
  if (declared.standby === "hot") return planStandby(cib, declared, previous);
  if (previous?.standby !== "hot") return planGroup(cib, declared, previous);
  const { service, clone } = partsOf(declared, cib);
  refuseDisabled(declared, clone);
  const apart = takeApart(cib, previous.members);
  const found = cib.primitives.get(service);
  return [
    ...apart.commands,
    ...planGroup(apart.cib, declared, { members: [], meta: {} }),
    // What it runs on the addresses' node goes on.
    ...(clone && found
      ? [
          setMarks(
            apart.cib,
            apart.cib.primitives.get(service)!,
            narrowingMeta(declared.id),
          ),
        ]
      : []),
  ];
}

/** The members in their roles: the service comes last. */
export function partsOf(
  { members }: Pick<DeclaredGroup, "members">,
  cib: Cib,
): {
  readonly service: string;
  readonly addresses: readonly string[];
  readonly clone: Clone | undefined;
} {
  const service = members.at(-1) ?? "";
  return {
    service,
    addresses: members.slice(0, -1),
    clone: cib.clones.get(cloneOf(service)),
  };
}

/** The clone's meta attributes. Nothing else that runs on all nodes waits for more than its own node's instance. */
function cloneMeta({ meta }: Pick<DeclaredGroup, "meta">) {
  return { interleave: "true", ...meta };
}

function planStandby(
  cib: Cib,
  declared: DeclaredGroup,
  previous: PreviousGroup | undefined,
): PcsCommand[] {
  const { service, addresses, clone } = partsOf(declared, cib);
  const group = cib.groups.get(declared.id);
  const known = previous?.standby === "hot" ? previous : undefined;
  refuse(cib, declared, previous, group);
  const gone = group
    ? [...leaveTags(cib, group.id), ...dissolve(cib, group)]
    : [];
  const wanted = cloneMeta(declared);
  const between = bindingsBetween(
    cib,
    [...new Set([...addresses, ...(known?.members ?? [])])],
    cloneOf(service),
  );
  const bindings = bindingsOf(addresses, cloneOf(service));
  const kept = between.filter((one) =>
    bindings.some((binding) => isBinding(one, binding)),
  );
  const missing = bindings.filter(
    (binding) => !kept.some((one) => isBinding(one, binding)),
  );
  // One that says something else under an id of ours was ours, before somebody changed it.
  const wrong = between.filter(
    (one) =>
      !kept.includes(one) &&
      (missing.some(({ id }) => id === one.id) ||
        known?.members.slice(0, -1).some((member) => isGone(one, member))),
  );
  function isGone({ attributes }: (typeof between)[number], member: string) {
    return (
      !addresses.includes(member) &&
      [attributes.rsc, attributes.then, attributes["with-rsc"]].includes(member)
    );
  }
  return [
    ...gone,
    ...(clone
      ? setAttributes(
          ...[cib, clone, "meta_attributes" as const],
          assign(clone.meta, wanted, known && cloneMeta(known)),
        )
      : [
          cloneResource(service, cloneOf(service)),
          setMeta(cloneOf(service), wanted),
        ]),
    ...wrong.map(({ id }) => deleteByXPath(`//constraints/*[@id="${id}"]`)),
    ...missing.map(({ name, id, attributes }) =>
      createConstraint(name, { id, ...attributes }),
    ),
    ...arrive(cib, declared.members),
  ];
}

/** Takes the clone away, and what bound the addresses to it. */
export function takeApart(
  cib: Cib,
  members: readonly string[],
): { readonly commands: PcsCommand[]; readonly cib: Cib } {
  const { service, addresses, clone } = partsOf({ members }, cib);
  const bindings = bindingsBetween(cib, addresses, cloneOf(service));
  const primitives = new Map(cib.primitives);
  const found = primitives.get(service);
  if (found && clone) {
    const alone = { ...found };
    delete alone.parent;
    primitives.set(service, { ...alone, isAlone: true });
  }
  const clones = new Map(cib.clones);
  clones.delete(cloneOf(service));
  return {
    commands: [
      ...bindings.map(({ id }) =>
        deleteByXPath(`//constraints/*[@id="${id}"]`),
      ),
      ...(clone && clone.content === service
        ? [
            ...leaveTags(cib, clone.id),
            ...forget(clone.id),
            ...takeOutOfClone(cib, clone),
          ]
        : []),
    ],
    cib: {
      ...cib,
      primitives,
      clones,
      constraints: cib.constraints.filter((one) => !bindings.includes(one)),
    },
  };
}

function refuseDisabled(
  { id }: DeclaredGroup,
  found: Group | Clone | undefined,
): void {
  if (found && isDisabled(found))
    throw new PacemakerError(
      "conflict",
      `${id} cannot change how it stands by: ${found.id} is disabled by an operator (target-role=Stopped), and goes with ` +
        `the change. "pcs resource enable ${found.id}" ends it; then run this again. Nothing was changed.`,
    );
}

function refuse(
  cib: Cib,
  declared: DeclaredGroup,
  previous: PreviousGroup | undefined,
  group: Group | undefined,
): void {
  const { id, members, meta } = declared;
  const { service, addresses, clone } = partsOf(declared, cib);
  const taken = cib.ids.get(cloneOf(service));
  refuseDisabled(declared, group);
  const foreign = (group?.members ?? []).filter(
    (member) => !members.includes(member),
  );
  const agentOf = (member: string) => cib.primitives.get(member)?.agent ?? "";
  const problems = [
    ...(addresses.length === 0 || service === ""
      ? [`it takes one address at least, and then the service`]
      : []),
    ...addresses
      .filter((member) => !["", address].includes(agentOf(member)))
      .map(
        (member) =>
          `${member} is ${agentOf(member)}: hot, there can be addresses (FloatingIp) beside the service and nothing else, ` +
          `since what else there is would have to run on every node too. Leave it out of members, or set standby to "cold"`,
      ),
    ...(agentOf(service) === address
      ? [`its last member ${service} is an address, and must be the service`]
      : []),
    ...(foreign.length > 0
      ? [
          `the group ${id} holds ${foreign.join(", ")} as well, which cannot stand by hot: take it out there first ` +
            `("pcs resource group remove ${id} ${foreign.join(" ")}"), or declare it and remove it`,
        ]
      : []),
    ...(group && !previous
      ? [
          `${id} is a group, declared is standby "hot": set adopt to "update" to change that`,
        ]
      : []),
    ...(!clone && taken !== undefined
      ? [
          `the cluster's configuration uses the id ${cloneOf(service)} already, for a <${taken}>`,
        ]
      : []),
    ...(clone && clone.content !== service
      ? [`the clone ${clone.id} holds ${clone.content}, declared is ${service}`]
      : []),
    ...(clone?.meta.promotable !== undefined &&
    !sameValue("promotable", clone.meta.promotable, "false")
      ? [
          `the clone ${clone.id} is promotable, and the service would be "Unpromoted"`,
        ]
      : []),
    ...members.flatMap((member) => {
      const found = cib.primitives.get(member);
      const isOurs =
        member === service && found?.parent?.id === cloneOf(service);
      const problem = isOurs ? undefined : parentProblem(found);
      return [
        ...(problem === undefined ? [] : [problem]),
        ...(found?.group !== undefined && found.group !== id
          ? [
              `${member} is a member of the group ${found.group}: take it out there first ` +
                `("pcs resource group remove ${found.group} ${member}")`,
            ]
          : []),
      ];
    }),
    ...(clone && !previous
      ? Object.entries(assign(clone.meta, cloneMeta({ meta }))).map(
          ([name, value]) =>
            `the clone ${clone.id}: its ${name} is ${clone.meta[name] ?? "not set"}, declared is ${value}`,
        )
      : []),
  ];
  if (problems.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} cannot stand by hot:\n${problems.map((line) => `- ${line}`).join("\n")}\nNothing was changed.`,
    );
}

const address = "ocf:heartbeat:IPaddr2";
