import { join } from "node:path";
import { command, tail } from "./command";
import { holdsVersion } from "./inspect";
import { REPO, home, npxVersionDir } from "./places";
import { OWN_VERSION } from "./version";

const DOWNLOAD_LIMIT = 5 * 60_000;

/**
 * Lets the npm package `pulumi` download its binary, as the first `npx pulumi` would. Returns why that did not
 * work, undefined when it did. A closed network is noticed within seconds: the package first fetches a small script.
 */
export async function download(): Promise<string | undefined> {
  const wrapper = join(REPO, "node_modules/pulumi/run.js");
  const { code, stderr } = await command(
    process.execPath,
    [wrapper, "version"],
    {
      env: { ...process.env, HOME: home(), PULUMI_VERSION: OWN_VERSION },
      timeout: DOWNLOAD_LIMIT,
    },
  );
  if (code !== 0) return tail(stderr, 1);
  const bin = join(npxVersionDir(OWN_VERSION), "bin");
  return (await holdsVersion(bin, OWN_VERSION))
    ? undefined
    : `${bin} is not complete`;
}
