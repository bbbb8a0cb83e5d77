import type { Cib } from "../model/cib";
import { sameSpelling, spellRule } from "../model/ruleText";
import { parseScore } from "../model/score";
import { configurationOf, readSet, type SettingSet } from "../model/settings";
import { sameValue } from "../model/values";
import { child, children } from "../model/xml";
import {
  createDefaults,
  deleteDefaults,
  setDefaults,
  setScore,
  type DefaultsOf,
  type PcsCommand,
} from "../pcs/commands";
import { assign } from "./primitive";
import { refuseDifferent, refuseTaken } from "./refusals";

type Values = Readonly<Record<string, string>>;

/** A set of defaults as a program declares it. */
export interface DeclaredDefaults {
  readonly of: DefaultsOf;
  readonly id: string;
  readonly values: Values;
  readonly rule?: string | undefined;
  readonly score?: string | undefined;
}

/** What was declared before, and the rule that came of it, as pcs spells it. */
export interface PreviousDefaults extends Pick<
  DeclaredDefaults,
  "values" | "rule" | "score"
> {
  readonly spelledRule?: string | undefined;
}

const sections = { resources: "rsc_defaults", operations: "op_defaults" };

/** A set of defaults of the cluster, by its id. */
export function defaultsIn(
  cib: Cib,
  of: DefaultsOf,
  id: string,
): SettingSet | undefined {
  const found = children(
    child(configurationOf(cib), sections[of]),
    "meta_attributes",
  ).find(({ attributes }) => attributes.id === id);
  return found && readSet(found);
}

/** Its rule, as pcs spells it. */
export function ruleOf({ element }: SettingSet): string | undefined {
  const rule = child(element, "rule");
  return rule && spellRule(rule);
}

/**
 * What is to be done so that the set of defaults is as declared. Others' sets, and others' values in it, are not touched.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time
 * @param adopts whether a set that is there and differs is changed then
 * @throws PacemakerError (conflict) when the id is taken by something else, or a set that is there differs.
 */
export function planDefaults(
  cib: Cib,
  declared: DeclaredDefaults,
  previous: PreviousDefaults | undefined,
  adopts: boolean,
): PcsCommand[] {
  const { of, id, values } = declared;
  const found = defaultsIn(cib, of, id);
  if (!found) {
    refuseTaken(cib, id);
    return [createDefaults(declared)];
  }
  if (!previous && !adopts)
    refuseDifferent(id, setDifferences(found, declared));
  const changed = assign(found.values, values, previous?.values);
  if (!isSameRule(found, declared, previous)) {
    // pcs, and nobody else, knows its rules' language; it does not change one.
    const whole = { ...found.values, ...changed };
    return [
      deleteDefaults(of, id),
      createDefaults({
        ...declared,
        score: declared.score ?? scoreToKeep(found, previous),
        values: Object.fromEntries(
          Object.entries(whole).filter(([, value]) => value !== ""),
        ),
      }),
    ];
  }
  const score =
    declared.score ?? (previous?.score === undefined ? undefined : "0");
  return [
    ...(Object.keys(changed).length > 0 ? [setDefaults(of, id, changed)] : []),
    ...(score !== undefined && !hasScore(found, score)
      ? [setScore(sections[of], "meta_attributes", id, score)]
      : []),
  ];
}

/** What an operator has given the set. */
function scoreToKeep(
  { element }: SettingSet,
  previous: PreviousDefaults | undefined,
): string | undefined {
  return previous?.score === undefined ? element.attributes.score : undefined;
}

function hasScore({ element }: SettingSet, score: string): boolean {
  return parseScore(element.attributes.score) === parseScore(score);
}

function isSameRule(
  found: SettingSet,
  { rule }: DeclaredDefaults,
  previous: PreviousDefaults | undefined,
): boolean {
  const actual = ruleOf(found);
  if (sameSpelling(actual, rule)) return true;
  return (
    previous?.rule === rule &&
    (previous?.spelledRule === undefined || previous.spelledRule === actual) &&
    rule !== undefined
  );
}

function setDifferences(
  found: SettingSet,
  declared: DeclaredDefaults,
): string[] {
  const { values, rule, score } = declared;
  const actual = ruleOf(found);
  return [
    ...Object.entries(values)
      .filter(([name, value]) => !sameValue(name, found.values[name], value))
      .map(
        ([name, value]) =>
          `its ${name} is ${found.values[name] ?? "not set"}, declared is ${value}`,
      ),
    ...(sameSpelling(actual, rule)
      ? []
      : [`its rule is ${actual ?? "none"}, declared is ${rule ?? "none"}`]),
    ...(score === undefined || hasScore(found, score)
      ? []
      : [
          `its score is ${found.element.attributes.score ?? "0"}, declared is ${score}`,
        ]),
  ];
}

/** Takes the set away, whatever stands in it. */
export function removeDefaults(
  cib: Cib,
  of: DefaultsOf,
  id: string,
): PcsCommand[] {
  return defaultsIn(cib, of, id) ? [deleteDefaults(of, id)] : [];
}
