import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The environment for runs that touch neither the network nor the user's ~/.pulumi: state, home and workspaces lie
 * in `stateDir` (which must exist); plugins are found through the PATH alone.
 *
 * Without metadata, each write of the state replaces one file at once. With it, the CLI also writes a sidecar (.attrs) in
 * place: one that is killed in that moment leaves a state that it cannot load any more ("failed to load checkpoint: EOF").
 */
export function offlineEnv(stateDir: string): Record<string, string> {
  return {
    PULUMI_HOME: join(stateDir, ".pulumi-home"),
    PULUMI_BACKEND_URL: `${pathToFileURL(stateDir).href}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** The PATH with the CLI's folder first. */
export function pathWith(bin: string, path = process.env.PATH ?? ""): string {
  return [bin, path].filter(Boolean).join(delimiter);
}
