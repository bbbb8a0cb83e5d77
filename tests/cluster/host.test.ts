import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { suites } from "../../lab";
import { ensureBase } from "../../lab/base";
import { killCgroup, makeCgroups, removeCgroups } from "../../lab/cgroups";
import { run } from "../../lab/command";
import { installTools } from "../../lab/host";

const checkout = join(__dirname, "../..");
const say = (line: string): void => console.log(line);

/** A lab from its beginning to its end, with what goes wrong where two nodes share a cgroup. */
const labLife = (suite: string): string => `
lab() { npm run --silent lab -- "$@" --name inner; }
on() { node=$1; shift; npm run --silent lab -- exec "$node" --name inner -- "$@"; }
lab up --suite ${suite}
lab status
on node-01 crm_mon --one-shot
on node-02 pkill -KILL -x master
until [ "$(on node-02 systemctl is-active "$(unit ${suite})")" = failed ]; do sleep 0.2; done
[ "$(on node-01 systemctl is-active "$(unit ${suite})")" = active ]
lab reset
lab down
[ ! -e /sys/fs/cgroup/pulumi-pacemaker-lab ]
[ -z "$(ip netns list)" ]
[ -z "$(ls "$PACEMAKER_LAB_STATE/pulumi-pacemaker-lab")" ]
`;

const script = (state: string): string => `#!/bin/bash
set -eux -o pipefail
cd '${checkout}'
export HOME='${process.env.HOME}' PATH='${process.env.PATH}' PACEMAKER_LAB_STATE='${state}'
unit() { [ "$1" = bookworm ] && echo postfix@- || echo postfix; }
[ "$(cat /proc/1/comm)" = systemd ]
[ "$(stat --file-system --format=%T /sys/fs/cgroup)" = cgroup2fs ]
${suites.map(labLife).join("")}
`;

const service = (folder: string): string => `[Unit]
SuccessAction=exit-force
FailureAction=exit-force
FailureActionExitStatus=1
[Service]
Type=oneshot
TimeoutStartSec=4min
ExecStart=/bin/bash ${folder}/script
StandardOutput=file:${folder}/log
StandardError=inherit
`;

/**
 * Most machines of today have systemd as their first process and the unified cgroups only; this one may not. So a system
 * is booted over the machine's own files, as one that has: what it changes goes with it, and its network is its own.
 */
async function bootOver(folder: string): Promise<number> {
  const name = `host-${process.pid}`;
  const [upper, work, root = ""] = ["upper", "work", "root"].map((part) => {
    mkdirSync(join(folder, part));
    return join(folder, part);
  });
  await run([
    ...["mount", "-t", "overlay", "overlay", "-o"],
    `lowerdir=/,upperdir=${upper},workdir=${work}`,
    root,
  ]);
  try {
    writeFileSync(join(folder, "script"), script(join(folder, "state")));
    writeFileSync(
      join(root, "etc/systemd/system/trial.service"),
      service(folder),
    );
    return await boot(name, root, folder);
  } finally {
    await killCgroup(name);
    await removeCgroups(name);
    await run(["umount", root]);
    for (const part of ["propagate", "unix-export"])
      rmSync(join("/run/systemd/nspawn", part, name), {
        recursive: true,
        force: true,
      });
  }
}

/** @returns the exit code, once the service has ended */
async function boot(
  name: string,
  root: string,
  folder: string,
): Promise<number> {
  const enter = makeCgroups(name, "host")
    .map((file) => `echo $$ >${file}`)
    .join(" && ");
  const output = openSync(join(folder, "console"), "a");
  const child = spawn(
    "/bin/sh",
    [
      ...["-c", `${enter} && exec "$@"`, "sh", "systemd-nspawn", "--quiet"],
      ...["--boot", "--register=no", "--keep-unit", `--machine=${name}`],
      ...[`--directory=${root}`, "--private-network", "--capability=all"],
      // No overlay can be made on another one.
      `--bind=${folder}`,
      ...["--resolv-conf=off", "--timezone=off", "--link-journal=no"],
      ...["--console=read-only", "systemd.unit=trial.service"],
    ],
    {
      stdio: ["ignore", output, output],
      env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
    },
  );
  closeSync(output);
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? -1;
}

test(
  "the lab lives on a machine with systemd and unified cgroups only",
  { timeout: 12 * 60_000 },
  async (t) => {
    await installTools(say);
    for (const suite of suites) await ensureBase(suite, say);
    const folder = mkdtempSync("/var/tmp/pacemaker-host-");
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, "state"));
    const code = await bootOver(folder);
    const said = ["log", "console"].map((file) =>
      existsSync(join(folder, file))
        ? readFileSync(join(folder, file), "utf8").slice(-5000)
        : "",
    );
    assert.equal(code, 0, said.join("\n"));
  },
);
