/** What `systemctl show` says of a service unit. */
export interface Unit {
  /** Without ".service", as pcs names it. */
  readonly name: string;
  /** "loaded", "not-found", "masked", "bad-setting", ... */
  readonly loadState: string;
  readonly isEnabled: boolean;
  readonly isActive: boolean;
  /** It runs nothing of its own: it counts as active however its instances are. */
  readonly isWrapper: boolean;
  /** The units that it pulls in. */
  readonly starts: readonly string[];
  /** The units that pull it in. */
  readonly startedBy: readonly string[];
}

export const unitProperties = [
  "LoadState",
  "UnitFileState",
  "ActiveState",
  "Type",
  "RemainAfterExit",
  "Wants",
  "Requires",
  "WantedBy",
  "RequiredBy",
] as const;

/** Reads the lines `Name=value` that `systemctl show --property=...` prints. */
export function parseUnit(name: string, text: string): Unit {
  const values = new Map(
    text
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1).trim()] as const;
      }),
  );
  const words = (property: string): string[] =>
    (values.get(property) ?? "").split(" ").filter((word) => word !== "");
  return {
    name: name.replace(/\.service$/, ""),
    loadState: values.get("LoadState") ?? "",
    // "enabled-runtime" is gone at the next boot, or comes from a wrapper's generator: then the wrapper counts.
    isEnabled: values.get("UnitFileState") === "enabled",
    isActive: !["inactive", "failed", ""].includes(
      values.get("ActiveState") ?? "",
    ),
    isWrapper:
      values.get("Type") === "oneshot" &&
      values.get("RemainAfterExit") === "yes",
    starts: [...words("Wants"), ...words("Requires")],
    startedBy: [...words("WantedBy"), ...words("RequiredBy")],
  };
}

/**
 * The one instance that an empty wrapper stands for: `postfix@-` for Debian 12's `postfix`, which is a oneshot unit that
 * stays active although the master has died. Undefined where the unit is no wrapper, or has not exactly one instance.
 */
export function instanceBehind(unit: Unit): string | undefined {
  if (!unit.isWrapper) return undefined;
  const instances = unit.starts.filter(
    (name) => name.startsWith(`${unit.name}@`) && name.endsWith(".service"),
  );
  return instances.length === 1
    ? instances[0]!.slice(0, -".service".length)
    : undefined;
}
