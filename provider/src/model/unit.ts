/** What `systemctl show` says of a service unit. */
export interface Unit {
  /** Its real name, whatever alias it was asked by; without ".service", as pcs names it. */
  readonly name: string;
  /** All its names that systemd knows of, each with its suffix: the real one and the aliases. */
  readonly names: readonly string[];
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
  /** The units that systemd stops with it: those that require it, are bound to it or a part of it. */
  readonly stops: readonly string[];
  /** The units with which systemd stops and restarts it, though it does not need them. */
  readonly partOf: readonly string[];
  /** The units that do not run beside it: systemd stops them where it starts, and it where one of them starts. */
  readonly conflicts: readonly string[];
  /** The sockets, timers and paths that start it when something happens. */
  readonly triggeredBy: readonly string[];
  /** A script for SysV's init, which systemd made a unit of. */
  readonly isScript: boolean;
}

export const unitProperties = [
  "Id",
  "Names",
  "LoadState",
  "UnitFileState",
  "ActiveState",
  "Type",
  "RemainAfterExit",
  "Wants",
  "Requires",
  "WantedBy",
  "RequiredBy",
  "RequisiteOf",
  "BoundBy",
  "ConsistsOf",
  "PropagatesStopTo",
  "PartOf",
  "Conflicts",
  "ConflictedBy",
  "TriggeredBy",
] as const;

/**
 * Reads the lines `Name=value` that `systemctl show --property=...` prints.
 *
 * @param asked the name that was asked for
 */
export function parseUnit(asked: string, text: string): Unit {
  const values = valuesIn(text);
  const words = (property: string): string[] =>
    (values.get(property) ?? "").split(" ").filter((word) => word !== "");
  const id = values.get("Id") || fullName(asked);
  return {
    name: shortName(id),
    names: [...new Set([id, ...words("Names")])],
    loadState: values.get("LoadState") ?? "",
    // "enabled-runtime" is gone at the next boot, or comes from a wrapper's generator: then the wrapper counts.
    isEnabled: values.get("UnitFileState") === "enabled",
    isActive: isActive(values),
    isWrapper:
      values.get("Type") === "oneshot" &&
      values.get("RemainAfterExit") === "yes",
    starts: [...words("Wants"), ...words("Requires")],
    startedBy: [...words("WantedBy"), ...words("RequiredBy")],
    stops: [
      ...new Set(
        [
          ...["RequiredBy", "RequisiteOf", "BoundBy"],
          ...["ConsistsOf", "PropagatesStopTo"],
        ].flatMap(words),
      ),
    ],
    partOf: words("PartOf"),
    conflicts: [...new Set(["Conflicts", "ConflictedBy"].flatMap(words))],
    triggeredBy: words("TriggeredBy"),
    isScript: values.get("UnitFileState") === "generated",
  };
}

function valuesIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1).trim()] as const;
      }),
  );
}

const isActive = (values: ReadonlyMap<string, string>): boolean =>
  !["inactive", "failed", ""].includes(values.get("ActiveState") ?? "");

/** Reads what `systemctl show --property=Id,ActiveState` prints of several units: the real names of those that are active. */
export function parseActive(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map(valuesIn)
    .filter(isActive)
    .map((values) => values.get("Id") ?? "");
}

/**
 * Reads what `systemctl show --property=Id,LoadState` prints of several units: for each, in the order in which they were
 * asked for, its real name; undefined where there is none.
 */
export function parseIds(text: string): (string | undefined)[] {
  return text
    .split(/\n\s*\n/)
    .map(valuesIn)
    .filter((values) => values.has("Id"))
    .map((values) =>
      values.get("LoadState") === "not-found" ? undefined : values.get("Id"),
    );
}

/**
 * The unit whose [Install] section gives it this alias. The link that makes the alias is there only while the unit is
 * enabled: where it is not, systemd itself does not know the name.
 *
 * @param found lines as "grep -H" prints them: `/lib/systemd/system/ssh.service:Alias=sshd.service`
 */
export function unitWithAlias(
  alias: string,
  found: string,
): string | undefined {
  const [, start = "", instance = "", suffix = ""] =
    /^([^@]+@)(.*)(\.\w+)$/.exec(alias) ?? [];
  for (const line of found.split("\n")) {
    const [, path = "", values = ""] =
      /^([^:]+):\s*Alias\s*=(.*)$/.exec(line) ?? [];
    const named = values.trim().split(/\s+/);
    const [, file = ""] =
      /\/([^/]+\.(?:service|socket|timer|path|target))(?:\.d\/[^/]+)?$/.exec(
        path,
      ) ?? [];
    if (file === "" || file === alias) continue;
    if (named.includes(alias)) return file;
    if (start !== "" && named.includes(`${start}${suffix}`))
      return file.replace("@.", `@${instance}.`);
  }
  return undefined;
}

/** What `systemctl enable` and `disable` do besides to the unit itself. */
export interface Install {
  /** Units that are enabled and disabled with it. */
  readonly also: readonly string[];
  /** Names that are there while it is enabled. */
  readonly aliases: readonly string[];
}

/** Reads the [Install] sections of what `systemctl cat` prints; an empty value takes those before it back. */
export function parseInstall(text: string): Install {
  const values = { Also: [] as string[], Alias: [] as string[] };
  for (const line of text.split("\n")) {
    const [, name, value = ""] = /^\s*(Also|Alias)\s*=(.*)$/.exec(line) ?? [];
    if (name !== "Also" && name !== "Alias") continue;
    const words = value.split(/\s+/).filter((word) => word !== "");
    values[name] = words.length === 0 ? [] : [...values[name], ...words];
  }
  const plain = (names: string[]): string[] =>
    [...new Set(names)].filter((name) => !name.includes("%"));
  return { also: plain(values.Also), aliases: plain(values.Alias) };
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
  return /.\.(service|socket|timer|path|target|mount|automount|swap|slice|scope|device)$/.test(
    name,
  );
}

/** The name with its suffix, as systemd has it. */
export function fullName(name: string): string {
  return isFullName(name) ? name : `${name}.service`;
}

/** The name of a service without its suffix, as pcs has it; any other unit's as it is. */
export function shortName(name: string): string {
  return name.replace(/(?<=.)\.service$/, "");
}
