import type { Cib } from "../model/cib";
import { configurationOf, readSet, type SettingSet } from "../model/settings";
import { sameValue } from "../model/values";
import { freeId } from "../model/writing";
import { child, children, type XmlElement } from "../model/xml";
import {
  deleteByXPath,
  writeAlert,
  type PcsCommand,
  type WrittenPart,
  type WrittenSet,
} from "../pcs/commands";
import { assign } from "./primitive";
import { refuseDifferent, refuseTaken } from "./refusals";

type Values = Readonly<Record<string, string>>;

/** What an alert and each recipient of it have. */
interface Part {
  readonly description?: string | undefined;
  readonly options: Values;
  readonly meta: Values;
}

export interface DeclaredRecipient extends Part {
  readonly value: string;
}

/** An alert as a program declares it. */
export interface DeclaredAlert extends Part {
  readonly id: string;
  readonly path: string;
  readonly recipients: readonly DeclaredRecipient[];
}

const sets = ["instance_attributes", "meta_attributes"] as const;

const alertElement = (cib: Cib, id: string): XmlElement | undefined =>
  children(child(configurationOf(cib), "alerts"), "alert").find(
    ({ attributes }) => attributes.id === id,
  );

/** The set that holds at all times, and is ours to write. */
function plainSet(
  element: XmlElement | undefined,
  kind: (typeof sets)[number],
): SettingSet | undefined {
  return children(element, kind)
    .map(readSet)
    .find(({ isRuled }) => !isRuled);
}

const partOf = (element: XmlElement): Part => ({
  description: element.attributes.description,
  options: plainSet(element, "instance_attributes")?.values ?? {},
  meta: plainSet(element, "meta_attributes")?.values ?? {},
});

/** An alert of the configuration by its id. */
export function alertIn(cib: Cib, id: string): DeclaredAlert | undefined {
  const found = alertElement(cib, id);
  return (
    found && {
      ...partOf(found),
      id,
      path: found.attributes.path ?? "",
      recipients: children(found, "recipient").map((one) => ({
        ...partOf(one),
        value: one.attributes.value ?? "",
      })),
    }
  );
}

/**
 * What is to be done so that the alert is as declared. Recipients, options and filters that others have added to it stay.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time
 * @param adopts whether an alert that is there and differs is changed then
 * @throws PacemakerError (conflict) when the id is taken by something else, or an alert that is there differs.
 */
export function planAlert(
  cib: Cib,
  declared: DeclaredAlert,
  previous: DeclaredAlert | undefined,
  adopts: boolean,
): PcsCommand[] {
  const { id, path } = declared;
  const element = alertElement(cib, id);
  if (!element) refuseTaken(cib, id);
  const found = alertIn(cib, id);
  if (found && !previous && !adopts)
    refuseDifferent(id, alertDifferences(found, declared));
  const ids = new Map(cib.ids);
  const newId = (wanted: string): string => {
    const free = freeId({ ...cib, ids }, wanted);
    ids.set(free, "");
    return free;
  };
  const recipientOf = (value: string) =>
    children(element, "recipient").find(
      ({ attributes }) => attributes.value === value,
    );
  const own = write(element, id, declared, previous, newId);
  const parts = declared.recipients.map((one) => {
    const there = recipientOf(one.value);
    const recipientId = there?.attributes.id ?? newId(`${id}-recipient`);
    const before = previous?.recipients.find(
      ({ value }) => value === one.value,
    );
    return {
      ...write(there, recipientId, one, before, newId),
      attributes: { value: one.value },
      isNew: !there,
    };
  });
  const leaving = (previous?.recipients ?? [])
    .filter(
      ({ value }) => !declared.recipients.some((one) => one.value === value),
    )
    .flatMap(({ value }) => recipientOf(value)?.attributes.id ?? []);
  const isChanged =
    !found || found.path !== path || own.isChanged || parts.some(differs);
  return [
    ...(isChanged
      ? [
          writeAlert(
            { ...own.part, attributes: { path } },
            parts.filter(differs).map(({ part, attributes }) => ({
              ...part,
              attributes,
            })),
          ),
        ]
      : []),
    ...[own, ...parts].flatMap(({ removals }) => removals),
    ...leaving.map((one) =>
      deleteByXPath(`//alerts/alert/recipient[@id="${one}"]`),
    ),
  ];
}

const differs = (one: { isNew: boolean; isChanged: boolean }): boolean =>
  one.isNew || one.isChanged;

/** What is to be written of one part, and what is to be taken out. */
function write(
  element: XmlElement | undefined,
  id: string,
  declared: Part,
  previous: Part | undefined,
  newId: (wanted: string) => string,
): {
  part: Omit<WrittenPart, "attributes">;
  isChanged: boolean;
  removals: PcsCommand[];
} {
  const removals: PcsCommand[] = [];
  const written = sets.flatMap((kind): WrittenSet[] => {
    const set = plainSet(element, kind);
    const name = kind === "meta_attributes" ? "meta" : "options";
    const changes = assign(set?.values ?? {}, declared[name], previous?.[name]);
    const setId = set?.id ?? `${id}-${kind}`;
    const pairs = Object.entries(changes).flatMap(([key, value]) => {
      const pairId = set?.ids[key];
      if (value !== "")
        return [{ id: pairId ?? newId(`${setId}-${key}`), name: key, value }];
      removals.push(deleteByXPath(`//alerts//nvpair[@id="${pairId}"]`));
      return [];
    });
    return pairs.length > 0 ? [{ kind, id: setId, pairs }] : [];
  });
  const there = element?.attributes.description;
  // An empty one is none.
  const description =
    declared.description !== undefined && declared.description !== there
      ? declared.description
      : declared.description === undefined &&
          previous?.description !== undefined &&
          there !== undefined
        ? ""
        : undefined;
  return {
    part: { id, description, sets: written },
    isChanged: written.length > 0 || description !== undefined,
    removals,
  };
}

/** Takes the alert away, with whatever stands in it. */
export function removeAlert(cib: Cib, id: string): PcsCommand[] {
  return alertElement(cib, id)
    ? [deleteByXPath(`//alerts/alert[@id="${id}"]`)]
    : [];
}

function alertDifferences(
  found: DeclaredAlert,
  declared: DeclaredAlert,
): string[] {
  return [
    ...(found.path === declared.path
      ? []
      : [`its path is ${found.path}, declared is ${declared.path}`]),
    ...differences("its", found, declared),
    ...declared.recipients.flatMap((one) => {
      const there = found.recipients.find(({ value }) => value === one.value);
      return there
        ? differences(`the recipient ${one.value}'s`, there, one)
        : [`it has no recipient ${one.value}`];
    }),
  ];
}

/** Values of options are not shown: an agent's may be a password. */
function differences(whose: string, found: Part, declared: Part): string[] {
  const named = (there: Values, wanted: Values, isShown: boolean) =>
    Object.entries(wanted)
      .filter(([name, value]) => !sameValue(name, there[name], value))
      .map(([name, value]) =>
        isShown
          ? `${whose} ${name} is ${there[name] ?? "not set"}, declared is ${value}`
          : `${whose} option ${name} is ${name in there ? "another one" : "not set"}`,
      );
  return [
    ...(declared.description === undefined ||
    declared.description === found.description
      ? []
      : [
          `${whose} description is ${found.description ?? "none"}, declared is ${declared.description}`,
        ]),
    ...named(found.options, declared.options, false),
    ...named(found.meta, declared.meta, true),
  ];
}
