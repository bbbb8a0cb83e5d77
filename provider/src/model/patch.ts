import type { CibVersion } from "./cib";

/**
 * Turns what `crm_diff --no-version` printed into a patch that applies to exactly the given version and to no other:
 * `cibadmin --patch` refuses it with exit code 103 when the CIB has moved on. Undefined when there is no difference.
 *
 * @throws Error when the difference is not whole
 */
export function versionedPatch(
  diff: string,
  version: CibVersion,
): string | undefined {
  const start = diff.indexOf("<diff");
  if (start < 0) return undefined;
  const opened = diff.indexOf(">", start);
  if (opened < 0 || diff[opened - 1] === "/") return undefined;
  const { adminEpoch, epoch, numUpdates } = version;
  const header =
    `<version>` +
    `<source admin_epoch="${adminEpoch}" epoch="${epoch}" num_updates="${numUpdates}"/>` +
    `<target admin_epoch="${adminEpoch}" epoch="${epoch + 1}" num_updates="0"/>` +
    `</version>`;
  const end = diff.lastIndexOf("</diff>");
  if (end < 0)
    throw new Error("the difference that crm_diff printed was cut off");
  return `${diff.slice(start, opened + 1)}${header}${diff.slice(opened + 1, end)}</diff>`;
}
