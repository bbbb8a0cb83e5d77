/**
 * A constraint as it is declared against the one that is there. It is written as XML: each version of pcs takes scores, roles
 * and rules in another spelling, and none changes a constraint where it stands.
 */
import { PacemakerError } from "../errors";
import type { Cib, Constraint } from "../model/cib";
import { parseRule, sameRule, withIds } from "../model/ruleLanguage";
import { spellRule } from "../model/ruleText";
import { parseScore } from "../model/score";
import { released } from "../model/waiting";
import { parseBoolean } from "../model/values";
import { freeId } from "../model/writing";
import {
  child,
  children,
  descendants,
  renderXml,
  type XmlElement,
} from "../model/xml";
import {
  addConstraint,
  deleteByXPath,
  replaceConstraint,
  type PcsCommand,
} from "../pcs/commands";
import { refuseDifferent, refuseTaken } from "./refusals";

type Values = Readonly<Record<string, string>>;

/** A constraint as a program declares it. */
export interface DeclaredConstraint {
  readonly kind: Constraint["kind"];
  readonly id: string;
  /** Its attributes, by Pacemaker's names, the id not among them. */
  readonly attributes: Values;
  /** What it is about where it names no single resource. */
  readonly sets?: readonly DeclaredSet[];
  /** Of a location constraint: in pcs's language, and the rule's own attributes. */
  readonly rule?: { readonly text: string; readonly attributes: Values };
}

export interface DeclaredSet {
  readonly resources: readonly string[];
  readonly attributes: Values;
}

/** What was declared before, as far as it tells what is ours to take away. */
export type PreviousConstraint = Omit<DeclaredConstraint, "kind" | "id">;

/** Nothing was declared before, and what is there shall be changed all the same. */
export const constraintTakenOver: PreviousConstraint = { attributes: {} };

/** What says what a constraint is about, and by what it holds: what is not declared of these is not somebody else's. */
const subjects: Readonly<Record<Constraint["kind"], readonly string[]>> = {
  location: ["rsc", "rsc-pattern", "node", "score"],
  colocation: ["rsc", "with-rsc"],
  order: ["first", "then"],
  ticket: ["ticket", "rsc"],
};

/** What an attribute means that is left out. */
const usual: Readonly<Record<Constraint["kind"], Values>> = {
  location: { role: "Started", "resource-discovery": "always" },
  colocation: { "rsc-role": "Started", "with-rsc-role": "Started" },
  order: {
    kind: "Mandatory",
    symmetrical: "true",
    "first-action": "start",
    "then-action": "start",
  },
  ticket: { "rsc-role": "Started", "loss-policy": "stop" },
};

const usualOfSet: Values = {
  sequential: "true",
  "require-all": "true",
  action: "start",
  role: "Started",
};

/**
 * What is to be done so that the constraint is as declared, and what waits for it, and for nothing else, starts. Nothing that
 * was never declared is touched.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time, and then one
 *   that exists is taken over only if it is the same
 * @throws PacemakerError (conflict) when the id is taken by something else, or a resource is not there
 */
export function planConstraint(
  cib: Cib,
  declared: DeclaredConstraint,
  previous?: PreviousConstraint,
): PcsCommand[] {
  const { id } = declared;
  const found = cib.constraints.find((one) => one.id === id);
  refuse(cib, declared, found, previous !== undefined);
  const wanted = elementOf(cib, declared, previous, found);
  const text = renderXml(wanted);
  return [
    ...(!found
      ? [addConstraint(text)]
      : text === renderXml(found.element)
        ? []
        : [replaceConstraint(id, text)]),
    ...released(cib, id),
  ];
}

/** Takes the constraint away. */
export function planNoConstraint(
  cib: Cib,
  kind: Constraint["kind"],
  id: string,
): PcsCommand[] {
  return cib.constraints.some((one) => one.id === id && one.kind === kind)
    ? [deleteByXPath(`//constraints/*[@id="${id}"]`)]
    : [];
}

/** The resources, groups, clones and tags that it names. */
export function namedBy({ attributes, sets = [] }: PreviousConstraint) {
  const named = [
    ...["rsc", "with-rsc", "first", "then"].flatMap(
      (name) => attributes[name] ?? [],
    ),
    ...sets.flatMap(({ resources }) => resources),
  ];
  return [...new Set(named)];
}

/** Those of them that the configuration does not hold. */
export function missingFor(cib: Cib, declared: PreviousConstraint): string[] {
  return namedBy(declared).filter((id) => !cib.ids.has(id));
}

function refuse(
  cib: Cib,
  declared: DeclaredConstraint,
  found: Constraint | undefined,
  isKnown: boolean,
): void {
  const { id, kind } = declared;
  if (found?.kind !== kind) refuseTaken(cib, id);
  if (found && !isKnown)
    refuseDifferent(id, constraintDifferences(found, declared));
  const twin =
    found || isKnown
      ? undefined
      : cib.constraints.find(
          (one) =>
            one.kind === kind &&
            constraintDifferences(one, declared).length === 0,
        );
  if (twin)
    throw new PacemakerError(
      "conflict",
      `${id}: the constraint ${twin.id} in the cluster says the same already. Set resourceId to "${twin.id}" to take it ` +
        `over, or delete it ("pcs constraint delete ${twin.id}"). Nothing was changed.`,
    );
  const missing = missingFor(cib, declared);
  if (missing.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} names ${missing.join(", ")}, which the cluster's configuration does not hold. Nothing was changed.`,
    );
}

/** The differences between what is there and what is declared, in words; what is not declared, and not usual, is one. */
export function constraintDifferences(
  { element, kind }: Constraint,
  declared: DeclaredConstraint,
): string[] {
  const { rule, sets } = declared;
  const foundRule = child(element, "rule");
  const foundSets = children(element, "resource_set");
  const others = element.children.filter(
    (one) =>
      one !== foundRule &&
      (one.name !== "resource_set" || "id-ref" in one.attributes),
  );
  const spell = (spelled: string | undefined) =>
    spelled === undefined ? "none" : `"${spelled}"`;
  const isSameRule =
    rule && foundRule
      ? sameRule(foundRule, parseRule(rule.text))
      : rule === foundRule;
  const isSameSets =
    (sets ?? []).length === foundSets.length &&
    (sets ?? []).every((set, index) => isSameSet(foundSets[index]!, set));
  return [
    ...compare(element.attributes, declared.attributes, usual[kind]),
    ...(isSameRule
      ? []
      : [
          `its rule is ${spell(foundRule && spellRule(foundRule))}, declared is ${spell(rule?.text)}`,
        ]),
    ...(rule && foundRule
      ? compare(foundRule.attributes, rule.attributes, {
          "boolean-op": foundRule.attributes["boolean-op"] ?? "and",
          role: "Started",
        }).map((line) => `rule: ${line}`)
      : []),
    ...(isSameSets
      ? []
      : [
          `its sets are ${foundSets.length > 0 ? foundSets.map(spellSet).join("; ") : "none"}, declared are ` +
            `${sets ? sets.map(spellDeclared).join("; ") : "none"}`,
        ]),
    ...others.map(
      ({ name }) => `it holds a further <${name}>, which cannot be declared`,
    ),
  ];
}

function compare(found: Values, declared: Values, implied: Values): string[] {
  const names = new Set([...Object.keys(declared), ...Object.keys(found)]);
  names.delete("id");
  return [...names].flatMap((name) => {
    const actual = found[name] ?? implied[name];
    const wanted = declared[name] ?? implied[name];
    if (wanted !== undefined && sameAttribute(name, actual, wanted)) return [];
    return [
      `its ${name} is ${actual ?? "not set"}, declared is ${wanted ?? "none"}`,
    ];
  });
}

/** Whether two spellings of an attribute of a constraint mean the same. */
export function sameAttribute(
  name: string,
  found: string | undefined,
  declared: string,
): boolean {
  if (found === undefined) return false;
  if (found === declared) return true;
  if (name === "score") return parseScore(found) === parseScore(declared);
  if (name.endsWith("role")) return roleOf(found) === roleOf(declared);
  if (["symmetrical", "sequential", "require-all"].includes(name))
    return parseBoolean(found) === parseBoolean(declared);
  return (
    ["kind", "action", "first-action", "then-action"].includes(name) &&
    found.toLowerCase() === declared.toLowerCase()
  );
}

function roleOf(text: string): string {
  const role = text.toLowerCase();
  return { master: "promoted", slave: "unpromoted" }[role] ?? role;
}

function isSameSet(found: XmlElement, declared: DeclaredSet): boolean {
  return (
    membersOf(found).join() === declared.resources.join() &&
    compare(found.attributes, declared.attributes, usualOfSet).length === 0
  );
}

function membersOf(set: XmlElement): string[] {
  return children(set, "resource_ref").map(
    ({ attributes }) => attributes.id ?? "",
  );
}

function spellSet(set: XmlElement): string {
  const attributes: Record<string, string> = { ...set.attributes };
  delete attributes.id;
  return spellDeclared({ resources: membersOf(set), attributes });
}

function spellDeclared({ resources, attributes }: DeclaredSet): string {
  return [
    ...resources,
    ...Object.entries(attributes).map(([name, value]) => `${name}=${value}`),
  ].join(" ");
}

/** The constraint as it shall stand in the configuration: what is declared, and what others have put beside it. */
function elementOf(
  cib: Cib,
  declared: DeclaredConstraint,
  previous: PreviousConstraint | undefined,
  found: Constraint | undefined,
): XmlElement {
  const { id, kind, rule, sets } = declared;
  const own = new Set(
    [...(found ? descendants(found.element) : [])].map(
      ({ attributes }) => attributes.id,
    ),
  );
  const others = new Map([...cib.ids].filter(([one]) => !own.has(one)));
  const free = (wanted: string): string => {
    const one = freeId({ ...cib, ids: others }, wanted);
    others.set(one, "");
    return one;
  };
  const words = wordsFor(cib);
  const unsaid = subjects[kind].filter(
    (name) => !(name in declared.attributes),
  );
  const attributes = merged(
    found?.element.attributes ?? { id },
    declared.attributes,
    Object.fromEntries([
      ...Object.entries(previous?.attributes ?? {}),
      ...unsaid.map((name) => [name, ""] as const),
    ]),
    words,
    usual[kind],
  );
  return {
    name: `rsc_${kind}`,
    attributes,
    children: [
      ...(rule ? [ruleOf(rule, previous, found, id, free, words)] : []),
      ...setsOf(sets, previous, found, id, free, words),
      // A rule and a set that are not declared say what it is about, and are no additions to it.
      ...(found?.element.children ?? []).filter(
        ({ name }) => !["rule", "resource_set"].includes(name),
      ),
    ],
  };
}

/** What is declared over what is there, without what was declared before and is no more. */
function merged(
  found: Values,
  declared: Values,
  previous: Values,
  words: (name: string, value: string) => string,
  implied: Values,
): Record<string, string> {
  const kept = Object.entries(found).filter(
    ([name]) => name in declared || !(name in previous),
  );
  const changed = Object.entries(declared).filter(
    ([name, value]) =>
      !sameAttribute(name, found[name] ?? implied[name], value) ||
      // One that is made says what is declared of it.
      Object.keys(found).length <= 1,
  );
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(
      changed.map(([name, value]) => [name, words(name, value)]),
    ),
  };
}

/** Configurations whose schema is older than 3.7 call the roles otherwise. */
function wordsFor({ text }: Cib): (name: string, value: string) => string {
  const [, major, minor] =
    /validate-with="pacemaker-(\d+)\.(\d+)"/.exec(text) ?? [];
  const isOld =
    major !== undefined && Number(major) * 100 + Number(minor) < 307;
  return (name, value) =>
    isOld && name.endsWith("role")
      ? ({ Promoted: "Master", Unpromoted: "Slave" }[value] ?? value)
      : value;
}

function ruleOf(
  rule: NonNullable<DeclaredConstraint["rule"]>,
  previous: PreviousConstraint | undefined,
  found: Constraint | undefined,
  id: string,
  free: (wanted: string) => string,
  words: (name: string, value: string) => string,
): XmlElement {
  const wanted = parseRule(rule.text);
  const before = child(found?.element, "rule");
  const isSame = before && sameRule(before, wanted);
  const base = isSame ? before : withIds(wanted, `${id}-rule`, free);
  return {
    ...base,
    attributes: merged(
      isSame
        ? before.attributes
        : { ...before?.attributes, ...base.attributes },
      rule.attributes,
      previous?.rule?.attributes ?? {},
      words,
      {},
    ),
  };
}

/** Those declared, each in the place of the one that it was, and then those that others have added. */
function setsOf(
  sets: readonly DeclaredSet[] = [],
  previous: PreviousConstraint | undefined,
  found: Constraint | undefined,
  id: string,
  free: (wanted: string) => string,
  words: (name: string, value: string) => string,
): XmlElement[] {
  if (sets.length === 0) return [];
  const there = children(found?.element, "resource_set");
  const known = paired(there, previous?.sets ?? []);
  // What was never declared of one that is taken over may be any of those that are there.
  const before = paired(
    previous?.sets ? known.filter((one) => one !== undefined) : there,
    sets,
  );
  const ours = sets.map((set, index) => {
    const one = before[index];
    const last = previous?.sets?.[known.indexOf(one)];
    const added = one
      ? membersOf(one).filter(
          (member) =>
            last !== undefined &&
            !last.resources.includes(member) &&
            !set.resources.includes(member),
        )
      : [];
    return {
      name: "resource_set",
      attributes: merged(
        one?.attributes ?? { id: free(`${id}_set`) },
        set.attributes,
        last?.attributes ?? {},
        words,
        one ? usualOfSet : {},
      ),
      children: [...set.resources, ...added].map((member) => ({
        name: "resource_ref",
        attributes: { id: member },
        children: [],
      })),
    };
  });
  // Where it was taken over to be changed, all of it is ours.
  const foreign = previous?.sets
    ? there.filter((one) => !known.includes(one))
    : [];
  return [...ours, ...foreign];
}

/** For each declared set, the one in the configuration: the same, or else the first that is none of the others. */
export function paired(
  there: readonly XmlElement[],
  sets: readonly DeclaredSet[],
): (XmlElement | undefined)[] {
  const open = [...there];
  const take = (one: XmlElement | undefined) => {
    if (one) open.splice(open.indexOf(one), 1);
    return one;
  };
  const same = sets.map((set) => take(open.find((one) => isSameSet(one, set))));
  return same.map((one) => one ?? take(open[0]));
}

/** What is there of a declared constraint: as it was declared where it means the same, else as it is. */
export function readConstraint(
  { element, kind }: Constraint,
  declared: DeclaredConstraint,
): PreviousConstraint {
  const rule = child(element, "rule");
  const sets = children(element, "resource_set");
  const there = paired(sets, declared.sets ?? []);
  return {
    attributes: readValues(
      element.attributes,
      declared.attributes,
      usual[kind],
    ),
    ...(declared.rule && rule
      ? {
          rule: {
            text: sameRule(rule, parseRule(declared.rule.text))
              ? declared.rule.text
              : spellRule(rule),
            attributes: readValues(rule.attributes, declared.rule.attributes, {
              role: "Started",
            }),
          },
        }
      : {}),
    ...(declared.sets
      ? {
          sets: declared.sets.flatMap((set, index) => {
            const one = there[index];
            if (!one) return [];
            return [
              {
                // What others have put beside is theirs.
                resources: membersOf(one).filter((member) =>
                  set.resources.includes(member),
                ),
                attributes: readValues(
                  one.attributes,
                  set.attributes,
                  usualOfSet,
                ),
              },
            ];
          }),
        }
      : {}),
  };
}

function readValues(
  found: Values,
  declared: Values,
  implied: Values,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, value]) => {
      const actual = found[name] ?? implied[name];
      if (actual === undefined) return [];
      return [[name, sameAttribute(name, actual, value) ? value : actual]];
    }),
  );
}
