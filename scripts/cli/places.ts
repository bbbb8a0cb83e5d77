import { userInfo } from "node:os";
import { join, resolve } from "node:path";

export const REPO = resolve(__dirname, "../..");

/** The user's home, also where HOME is empty or unset. */
export function home(env: NodeJS.ProcessEnv = process.env): string {
  return env.HOME || userInfo().homedir;
}

/** Where this project keeps what is expensive to make again: outside the checkout. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PACEMAKER_CACHE) return resolve(env.PACEMAKER_CACHE);
  return join(
    env.XDG_CACHE_HOME || join(home(env), ".cache"),
    "pulumi-pacemaker",
  );
}

/** Where the npm package `pulumi` (so `npx pulumi`) and the Automation API look for a version. */
export function npxVersionDir(
  version: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  return join(
    env.PULUMI_HOME || join(home(env), ".pulumi"),
    "versions",
    version,
  );
}
