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
  /** The sockets, timers and paths that start it when something happens. */
  readonly triggeredBy: readonly string[];
  /** A script for SysV's init, which systemd made a unit of. */
  readonly isScript: boolean;
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
  "TriggeredBy",
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
    triggeredBy: words("TriggeredBy"),
    isScript: values.get("UnitFileState") === "generated",
  };
}

/**
 * The instances that an empty wrapper stands for: `postfix@-` for Debian 12's `postfix`, which is a oneshot unit that
 * stays active although the master has died. None where the unit is no wrapper.
 */
export function instancesBehind(unit: Unit): string[] {
  if (!unit.isWrapper) return [];
  return unit.starts
    .filter(
      (name) => name.startsWith(`${unit.name}@`) && name.endsWith(".service"),
    )
    .map((name) => name.slice(0, -".service".length));
}

/** Whether the name says what kind of unit it is: one without is a service, and may hold dots all the same. */
export function isFullName(name: string): boolean {
  return /.\.(service|socket|timer|path|target)$/.test(name);
}
