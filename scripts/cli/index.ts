import { dirname, join } from "node:path";
import { build, findGo, goObstacle } from "./build";
import type { Log } from "./build";
import { misfit, sourcesToTry } from "./choose";
import { download } from "./download";
import { findInstalled, holdsVersion } from "./inspect";
import { linkForNpx } from "./link";
import { npxVersionDir } from "./places";
import { cacheDir, goNeeded } from "./recipe";
import { OWN_VERSION, WHAT_FITS } from "./version";

export { offlineEnv, pathWith } from "./offline";
export { cacheRoot } from "./places";

export interface PulumiCli {
  /** The folder to put first in the PATH: `pulumi` and its Node.js language host. */
  bin: string;
  version: string;
  source: "installed" | "downloaded" | "cache" | "built";
}

/** Finds a Pulumi CLI that serves this project, or brings one; throws with the ways out when it cannot. */
export async function ensurePulumi(log: Log): Promise<PulumiCli> {
  const installed = await findInstalled();
  if (installed && misfit(installed))
    log(`${misfit(installed)}; looking for another`);
  const kept = await findKept();
  const [first] = sourcesToTry(installed, kept !== undefined);
  if (first === "installed") {
    return {
      bin: installed!.dir,
      version: installed!.version.replace(/^v/, ""),
      source: first,
    };
  }
  if (first === "cache")
    return { bin: kept!, version: OWN_VERSION, source: first };
  const lock = `${cacheDir()}.lock`;
  const { withLock } = await import("../start/lock.mjs");
  return withLock(
    lock,
    (pid) => log(`waiting for process ${pid}, which brings the CLI`),
    () => bring(log),
  );
}

/** What an earlier run brought: our own build, or the download of the npm package. */
async function findKept(): Promise<string | undefined> {
  const built = join(cacheDir(), "bin");
  const npx = join(npxVersionDir(OWN_VERSION), "bin");
  if (await holdsVersion(built, OWN_VERSION)) {
    linkForNpx(npx, built);
    return built;
  }
  return (await holdsVersion(npx, OWN_VERSION)) ? npx : undefined;
}

async function bring(log: Log): Promise<PulumiCli> {
  const kept = await findKept(); // by the process that held the lock before
  if (kept !== undefined)
    return { bin: kept, version: OWN_VERSION, source: "cache" };
  const npx = join(npxVersionDir(OWN_VERSION), "bin");
  log(
    `no fitting Pulumi CLI here: downloading ${OWN_VERSION} by its npm package`,
  );
  const noDownload = await download();
  if (noDownload === undefined)
    return { bin: npx, version: OWN_VERSION, source: "downloaded" };
  log(`the download is not possible (${noDownload})`);
  const go = findGo();
  const noBuild = await goObstacle(go);
  if (noBuild !== undefined) throw new Error(waysOut(noDownload, noBuild));
  await build(go!, cacheDir(), log);
  const bin = join(cacheDir(), "bin");
  linkForNpx(npx, bin);
  log(`the Pulumi CLI ${OWN_VERSION} is in ${dirname(bin)}`);
  return { bin, version: OWN_VERSION, source: "built" };
}

export function waysOut(noDownload: string, noBuild: string): string {
  return [
    "There is no Pulumi CLI, and none could be made. One of these helps:",
    `  - install pulumi ${WHAT_FITS}, with pulumi-language-nodejs, and put it in the PATH`,
    `  - allow the download that \`npx pulumi version\` starts (now: ${noDownload})`,
    `  - install Go >= ${goNeeded()}, which builds it from its modules (now: ${noBuild})`,
  ].join("\n");
}
