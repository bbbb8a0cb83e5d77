import { WHAT_FITS, versionFits } from "./version";

/** A `pulumi` found in the PATH. */
export interface Installed {
  dir: string;
  version: string;
  /** Is a Node.js language host beside it or in the PATH? */
  languageHost: boolean;
}

/** Why an installed CLI does not serve; undefined when it does. */
export function misfit(installed: Installed): string | undefined {
  if (!versionFits(installed.version)) {
    return `pulumi ${installed.version.trim() || "(no version printed)"} in ${installed.dir} does not fit: ${WHAT_FITS}`;
  }
  if (!installed.languageHost) {
    return `pulumi ${installed.version.trim()} in ${installed.dir} has no pulumi-language-nodejs beside it or in the PATH`;
  }
  return undefined;
}

/** The places to try, best first: what the user chose, what costs nothing, the vendor's build, our own build. */
export function sourcesToTry(
  installed: Installed | undefined,
  cached: boolean,
): ("installed" | "cache" | "downloaded" | "built")[] {
  if (installed && misfit(installed) === undefined) return ["installed"];
  if (cached) return ["cache"];
  return ["downloaded", "built"];
}
