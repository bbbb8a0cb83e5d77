/** Names and values of ours among others' in one place: what is declared is set, and what was before comes back. */
import { PacemakerError } from "../errors";
import { sameValue } from "../model/values";

type Values = Readonly<Record<string, string>>;

/** What is ours there. */
export interface Owned {
  /** As they were declared last. */
  readonly values: Values;
  /** What stood there before; a name that is missing here was not set. */
  readonly before: Values;
}

export const nothingOwned: Owned = { values: {}, before: {} };

export interface DeclaredValues {
  /** What a person knows it by, for errors. */
  readonly what: string;
  readonly values: Values;
  /** Whether values that somebody else has set are changed. */
  readonly adopts: boolean;
  /** What a name that nobody has set amounts to. */
  readonly unset?: Values;
}

/** What is to be done, and what is known afterwards. */
export interface ValueChanges {
  /** What to set (a value) and what to take away (an empty value). */
  readonly changes: Values;
  readonly before: Values;
  /** The names that are no longer declared, and that somebody else has changed since: they stay. */
  readonly left: readonly string[];
}

/**
 * Compares what is there with what is declared. Names that were never declared are not touched.
 *
 * @param elsewhere the names that another resource of the program declares: they are not taken away
 * @throws PacemakerError (conflict) where a name that is declared for the first time has another value.
 */
export function assignOwned(
  given: Values,
  declared: DeclaredValues,
  owned: Owned = nothingOwned,
  elsewhere: ReadonlySet<string> = new Set(),
): ValueChanges {
  const found: Values = { ...declared.unset, ...given };
  const isOwned = (name: string) =>
    name in owned.values || name in owned.before;
  const entries = Object.entries(declared.values);
  const different = entries.filter(
    ([name, value]) => !sameValue(name, found[name], value),
  );
  const foreign = different.filter(
    ([name]) => name in given && !isOwned(name) && !declared.adopts,
  );
  if (foreign.length > 0)
    throw new PacemakerError(
      "conflict",
      `${declared.what}: the cluster has other values than are declared:\n` +
        foreign
          .map(
            ([name, value]) =>
              `- ${name} is ${found[name]}, declared is ${value}\n`,
          )
          .join("") +
        `Declare them as they are, or set adopt to "update" to change them; a delete then brings them back. Nothing was changed.`,
    );
  const gone = [
    ...new Set([...Object.keys(owned.values), ...Object.keys(owned.before)]),
  ].filter((name) => !(name in declared.values) && !elsewhere.has(name));
  const isOurs = (name: string) =>
    !(name in found) ||
    !(name in owned.values) ||
    sameValue(name, found[name], owned.values[name]!);
  const restored = gone.filter(isOurs).flatMap((name) => {
    const value = owned.before[name];
    if (value === undefined) return name in found ? [[name, ""] as const] : [];
    return found[name] === value ? [] : [[name, value] as const];
  });
  return {
    changes: Object.fromEntries([...different, ...restored]),
    before: Object.fromEntries(
      entries.flatMap(([name]) => {
        const value = isOwned(name) ? owned.before[name] : found[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    left: gone.filter((name) => !isOurs(name)),
  };
}
