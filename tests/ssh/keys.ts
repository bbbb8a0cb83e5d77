import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface KeyPair {
  private: string;
  /** "ssh-ed25519 AAAA..." without comment. */
  public: string;
  fingerprint: string;
}

/** A folder of this test's own; its tests remove it. */
export function scratch(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "pacemaker-ssh-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a program of openssh-client and gives its stdout. */
export function run(command: string, args: string[], input = ""): string {
  const done = spawnSync(command, args, { input, encoding: "utf8" });
  if (done.error || done.status !== 0) {
    throw new Error(
      `${command} ${args.join(" ")}: ${done.error?.message ?? done.stderr} (openssh-client must be installed)`,
    );
  }
  return done.stdout;
}

/** A fresh key made by ssh-keygen. */
export function makeKey(
  type: "ed25519" | "rsa" | "ecdsa" = "ed25519",
  passphrase = "",
  more: string[] = [],
): KeyPair {
  const folder = scratch();
  try {
    const file = join(folder.path, "key");
    run("ssh-keygen", [
      ...["-q", "-t", type, "-N", passphrase, "-C", "", "-f", file],
      ...more,
    ]);
    const line = readFileSync(`${file}.pub`, "utf8").trim();
    return {
      private: readFileSync(file, "utf8"),
      public: line.split(" ").slice(0, 2).join(" "),
      fingerprint:
        run("ssh-keygen", ["-lf", `${file}.pub`]).split(" ")[1] ?? "",
    };
  } finally {
    folder.remove();
  }
}
