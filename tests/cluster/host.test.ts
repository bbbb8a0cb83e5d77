import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { labDown, suites } from "../../lab";
import { ensureBase } from "../../lab/base";
import { makeCgroups } from "../../lab/cgroups";
import { capture } from "../../lab/command";
import { enteringCgroups, machineName, mountRoot } from "../../lab/containers";
import { makeLabFolder } from "../../lab/folder";
import { installTools } from "../../lab/host";
import { cacheRoot } from "../../lab/paths";
import { recordLab, testLabName } from "./harness/labs";

const checkout = join(__dirname, "../..");
const say = (line: string): void => console.log(line);

/** A lab from its beginning to its end, with what goes wrong where two nodes share a cgroup. */
const labLife = (suite: string, unit: string): string => `
lab up --suite ${suite}
lab status
on node-01 crm_mon --one-shot
on node-02 pkill -KILL -x master
until [ "$(on node-02 systemctl is-active ${unit})" = failed ]; do sleep 0.2; done
[ "$(on node-01 systemctl is-active ${unit})" = active ]
lab reset
lab down
[ ! -e /sys/fs/cgroup/pulumi-pacemaker-lab ]
[ -z "$(ip netns list)" ]
[ ! -e "$PACEMAKER_LAB_STATE/pulumi-pacemaker-lab" ]
`;

const lives = suites.map((suite) =>
  labLife(suite, suite === "bookworm" ? "postfix@-" : "postfix"),
);

const script = `set -eux -o pipefail
lab() { npm run --silent lab -- "$@" --name inner; }
on() { node=$1; shift; npm run --silent lab -- exec "$node" --name inner -- "$@"; }
[ "$(cat /proc/1/comm)" = systemd ]
[ "$(stat --file-system --format=%T /sys/fs/cgroup)" = cgroup2fs ]
${lives.join("")}`;

const service = (folder: string): string => `[Unit]
SuccessAction=exit-force
FailureAction=exit-force
FailureActionExitStatus=1
[Service]
Type=oneshot
TimeoutStartSec=4min
WorkingDirectory=${checkout}
Environment="PATH=${process.env.PATH}" PACEMAKER_LAB_CACHE=${cacheRoot()} PACEMAKER_LAB_STATE=${folder}
ExecStart=/bin/bash ${folder}/script
StandardOutput=file:${folder}/log
StandardError=inherit
`;

/**
 * Most machines of today have systemd as their first process and the unified cgroups only; this one may not. So a system
 * is booted over the machine's own files, as one that has: what it changes goes with it, and its network is its own. It is
 * a lab's node in all else, so that what takes a lab away takes it away too.
 *
 * @returns the exit code, once the service has ended, and what was said
 */
async function bootOver(name: string): Promise<{ code: number; said: string }> {
  const folder = makeLabFolder(name);
  const node = "host";
  const root = await mountRoot(name, node, "/");
  writeFileSync(join(folder, "script"), script);
  const units = join(root, "etc/systemd/system");
  mkdirSync(units, { recursive: true });
  writeFileSync(join(units, "trial.service"), service(folder));
  keepTemporaryFiles(root);
  const { code, stdout, stderr } = await capture(
    enteringCgroups(makeCgroups(name, node), [
      ...["systemd-nspawn", "--quiet", "--boot", "--register=no"],
      ...["--keep-unit", `--machine=${machineName(name, node)}`],
      ...[`--directory=${root}`, "--private-network", "--capability=all"],
      // No overlay can be made on another one.
      `--bind=${folder}`,
      ...["--resolv-conf=off", "--timezone=off", "--link-journal=no"],
      ...["--console=read-only", "systemd.unit=trial.service"],
    ]),
    {
      env: {
        ...process.env,
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
        SYSTEMD_NSPAWN_TMPFS_TMP: "0",
      },
      timeoutMs: 6 * 60_000,
    },
  );
  const log = join(folder, "log");
  const printed = existsSync(log) ? readFileSync(log, "utf8") : "";
  const said = [printed, stdout, stderr].map((text) => text.slice(-5000));
  return { code, said: said.join("\n") };
}

/** A system that boots empties /tmp, or mounts another one, and the checkout may lie there. */
function keepTemporaryFiles(root: string): void {
  const folder = join(root, "etc/tmpfiles.d");
  mkdirSync(folder, { recursive: true });
  // An empty file in the place of the distribution's own.
  writeFileSync(join(folder, "tmp.conf"), "");
}

test(
  "the lab lives on a machine with systemd and unified cgroups only",
  { timeout: 12 * 60_000 },
  async () => {
    await installTools(say);
    for (const suite of suites) await ensureBase(suite, say);
    const name = testLabName("host");
    recordLab(name);
    await labDown(name);
    try {
      const { code, said } = await bootOver(name);
      assert.equal(code, 0, said);
    } finally {
      await labDown(name);
    }
  },
);
