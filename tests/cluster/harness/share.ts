/**
 * A folder of this machine that is seen on every node: what an export of a file server is elsewhere. The labs' nodes cannot mount
 * NFS (the kernel may have none), and share no disk.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Lab } from "../../../lab";
import { leaderOf } from "../../../lab/cgroups";
import { run } from "../../../lab/command";
import { onEveryNode } from "./cluster";

/** Clones a mount of this machine into the mount namespace of a process: "mount --bind" does not reach from one to the other. */
const script = `
import ctypes, os, sys
folder, leader, target = sys.argv[1], sys.argv[2], sys.argv[3]
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
open_tree, move_mount, at_fdcwd, clone, empty_path, new_namespace = 428, 429, -100, 1, 4, 0x20000
tree = check(libc.syscall(open_tree, at_fdcwd, folder.encode(), clone | os.O_CLOEXEC))
root = os.open("/proc/%s/root" % leader, os.O_RDONLY)
namespace = os.open("/proc/%s/ns/mnt" % leader, os.O_RDONLY)
check(libc.setns(namespace, new_namespace))
os.fchdir(root)
os.chroot(".")
os.makedirs(target, exist_ok=True)
check(libc.syscall(move_mount, tree, b"", at_fdcwd, target.encode(), empty_path))
`;

/** To the end of the test, each node has it at this path. */
export async function shareFolder(
  test: TestContext,
  lab: Lab,
  path: string,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pacemaker-test-share-"));
  test.after(async () => {
    await onEveryNode(lab, `umount '${path}'; rmdir '${path}'`);
    rmSync(folder, { recursive: true, force: true });
  });
  // Others than root reach what lies in it.
  await run(["chmod", "755", folder]);
  for (const { name } of lab.nodes)
    await run([
      ...["/usr/bin/python3", "-I", "-c", script],
      ...[folder, String(leaderOf(lab.name, name)), path],
    ]);
}
