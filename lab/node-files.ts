/** Writes into a node's root what it needs before its first boot: who it is, its cluster, its keys. */

import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { run } from "./command";
import {
  corosyncConf,
  hostsFile,
  initialCib,
  pcsKnownHosts,
  pcsSettings,
  pcsUsers,
  resolvConf,
} from "./node-texts";
import type { LabPlan, NodePlan } from "./plan";
import { allDone } from "./wait";

/** Where a node keeps its files as they were at `up`, for `reset`. */
export const pristineDir = "/var/lib/lab-pristine";

export interface LabSecrets {
  publicKey: string;
  corosyncKey: Buffer;
  pacemakerKey: Buffer;
  pcsTokens: Map<string, string>;
}

export function makeSecrets(plan: LabPlan, publicKey: string): LabSecrets {
  return {
    publicKey,
    corosyncKey: randomBytes(256),
    pacemakerKey: randomBytes(256),
    pcsTokens: new Map(
      plan.nodes.map((node) => [node.name, randomBytes(32).toString("hex")]),
    ),
  };
}

export async function writeNodeFiles(
  root: string,
  plan: LabPlan,
  node: NodePlan,
  secrets: LabSecrets,
): Promise<void> {
  const put = (path: string, content: string | Buffer, mode = 0o644) => {
    writeFileSync(join(root, path), content, { mode });
    chmodSync(join(root, path), mode);
  };
  put("etc/hostname", `${node.name}\n`);
  put("etc/hosts", hostsFile(plan));
  put("etc/resolv.conf", resolvConf);
  put("etc/machine-id", `${randomBytes(16).toString("hex")}\n`, 0o444);
  put("etc/mailname", `${node.name}.lab.example\n`);

  const emptyCib = await run(["chroot", root, "cibadmin", "--empty"]);
  putCluster(root, put, plan, secrets, initialCib(emptyCib));
  put(
    "var/lib/pcsd/known-hosts",
    pcsKnownHosts(plan, secrets.pcsTokens),
    0o600,
  );
  put(
    "var/lib/pcsd/pcs_users.conf",
    pcsUsers(secrets.pcsTokens.get(node.name) ?? ""),
    0o600,
  );
  put("var/lib/pcsd/pcs_settings.conf", pcsSettings(plan));

  putMail(root, node);
  for (const home of ["root", "home/operator", "home/deploy"])
    authorise(root, home, secrets);
  await allDone([makeHostKeys(root, node), setPassword(root)]);
}

function putCluster(
  root: string,
  put: (path: string, content: string | Buffer, mode?: number) => void,
  plan: LabPlan,
  secrets: LabSecrets,
  cib: string,
): void {
  put("etc/corosync/corosync.conf", corosyncConf(plan));
  put("etc/corosync/authkey", secrets.corosyncKey, 0o400);
  put("etc/pacemaker/authkey", secrets.pacemakerKey, 0o640);
  put("var/lib/pacemaker/cib/cib.xml", cib, 0o600);
  const { uid, gid } = statSync(join(root, "var/lib/pacemaker/cib"));
  chownSync(join(root, "var/lib/pacemaker/cib/cib.xml"), uid, gid);
  chownSync(join(root, "etc/pacemaker/authkey"), 0, gid);
}

/** Postfix as the package configures it for an Internet site, under the node's own name. */
function putMail(root: string, node: NodePlan): void {
  const file = join(root, "etc/postfix/main.cf");
  const settings = readFileSync(file, "utf8").replace(
    /^myhostname\s*=.*$/m,
    `myhostname = ${node.name}.lab.example`,
  );
  writeFileSync(file, settings);
  mkdirSync(join(root, pristineDir), { recursive: true, mode: 0o700 });
  cpSync(join(root, "etc/postfix"), join(root, pristineDir, "postfix"), {
    recursive: true,
  });
}

function authorise(root: string, home: string, secrets: LabSecrets): void {
  const { uid, gid } = statSync(join(root, home));
  const dir = join(root, home, ".ssh");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chownSync(dir, uid, gid);
  const file = join(dir, "authorized_keys");
  writeFileSync(file, secrets.publicKey, { mode: 0o600 });
  chownSync(file, uid, gid);
}

async function makeHostKeys(root: string, node: NodePlan): Promise<void> {
  await allDone(
    [["ed25519"], ["ecdsa", "-b", "256"], ["rsa", "-b", "2048"]].map(
      ([type, ...size]) =>
        run([
          ...["ssh-keygen", "-q", "-N", "", "-C", `root@${node.name}`],
          ...["-t", type ?? "", ...size],
          ...["-f", join(root, `etc/ssh/ssh_host_${type}_key`)],
        ]),
    ),
  );
}

/** pcsd's own user: a password that nobody knows, as long as nobody asks for one. */
async function setPassword(root: string): Promise<void> {
  await run(["chroot", root, "chpasswd"], {
    stdin: `hacluster:${randomBytes(24).toString("hex")}\n`,
  });
}

/** The public host keys of a node, as `type base64`. */
export function readHostKeys(root: string): string[] {
  return ["ed25519", "ecdsa", "rsa"].map((type) =>
    readFileSync(join(root, `etc/ssh/ssh_host_${type}_key.pub`), "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" "),
  );
}
