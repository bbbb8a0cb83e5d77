import { existsSync, rmSync, writeFileSync } from "node:fs";
import { command, findInPath, tail } from "../cli/command";

const POLICY = "/usr/sbin/policy-rc.d";

/** sshd usually lies outside a user's PATH. */
function missing(): string[] {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin`;
  return ["sshd", "ssh-keygen"].filter(
    (name) => findInPath(name, path) === undefined,
  );
}

/** Packages that hold services start them at once; this file, asked by Debian's tools, says no. */
async function withoutStartingServices<T>(work: () => Promise<T>): Promise<T> {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return await work();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

/** The ssh tests talk to a real sshd of their own: installs OpenSSH where root may. Returns what is missing after. */
export async function ensureSshd(
  log: (line: string) => void,
): Promise<string[]> {
  if (missing().length === 0) return [];
  if (process.getuid?.() !== 0 || findInPath("apt-get") === undefined)
    return missing();
  log(
    `${missing().join(" and ")} missing: apt-get install openssh-server openssh-client`,
  );
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await withoutStartingServices(async () => {
    for (const args of [
      ["update", "-q"],
      [
        "install",
        "-y",
        "-q",
        "--no-install-recommends",
        "openssh-server",
        "openssh-client",
      ],
    ]) {
      const wait = ["-o", "DPkg::Lock::Timeout=300"]; // another installation may be under way
      const result = await command("apt-get", [...wait, ...args], {
        env,
        timeout: 10 * 60_000,
      });
      if (result.code !== 0)
        log(`apt-get ${args[0]} failed: ${tail(result.stderr, 4)}`);
    }
  });
  return missing();
}
