import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What the tools print on Debian 12 (bookworm: pcs 0.11.5, Pacemaker 2.1.5) and Debian 13 (trixie: pcs 0.12.0, Pacemaker
 * 3.0.0). The CIBs were made with pcs on a copy of a real one; the failures in them by crm_simulate, which writes
 * the history that the cluster would have written; the mon-*.xml are crm_mon's view of these.
 */
export const suites = ["bookworm", "trixie"] as const;
export type Suite = (typeof suites)[number];

export function fixture(suite: Suite, name: string): string {
  return readFileSync(join(__dirname, "fixtures", suite, name), "utf8");
}

/** One unit's part of units.txt. */
export function unitFixture(suite: Suite, unit: string): string {
  const parts = fixture(suite, "units.txt").split(/^# /m);
  const found = parts.find((part) => part.startsWith(`${unit}\n`));
  if (found === undefined) throw new Error(`no fixture of the unit ${unit}`);
  return found.slice(unit.length + 1);
}

/** A CIB of the suite's shape that holds the given resources, with the attributes of its root changed as given. */
export function cibWith(
  resources: string,
  {
    suite = "bookworm" as Suite,
    constraints = "",
    tags = "",
    version = {},
  }: {
    suite?: Suite;
    constraints?: string;
    tags?: string;
    version?: { epoch?: number; numUpdates?: number; adminEpoch?: number };
  } = {},
): string {
  let text = fixture(suite, "cib-smtp.xml")
    .replace(
      /<resources>[^]*<\/resources>/,
      () => `<resources>${resources}</resources>`,
    )
    .replace(
      "<constraints/>",
      () => `<constraints>${constraints}</constraints>${tags}`,
    );
  const attributes: [string, number | undefined][] = [
    ["epoch", version.epoch],
    ["num_updates", version.numUpdates],
    ["admin_epoch", version.adminEpoch],
  ];
  for (const [name, value] of attributes)
    if (value !== undefined)
      text = text.replace(
        new RegExp(`\\b(?<!_)${name}="\\d+"`),
        `${name}="${value}"`,
      );
  return text;
}
