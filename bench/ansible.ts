/** The same job by Ansible's modules for Pacemaker, those of the collection community.general. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inNamespace, type Lab } from "../lab";
import { capture } from "../lab/command";
import { cacheRoot } from "../lab/paths";
import { units } from "./smtp";

/** From PyPI; it holds ansible-core and the collection. */
const wanted = "ansible==12.3.0";

const module = "pacemaker_resource";

const playbook = (lab: Lab) => `
- hosts: nodes
  gather_facts: false
  tasks:
    - ansible.builtin.systemd_service: {name: postfix, state: stopped, enabled: false}
- hosts: first
  gather_facts: false
  tasks:
    - community.general.${module}:
        name: smtp_ip
        resource_type: {resource_standard: ocf, resource_provider: heartbeat, resource_name: IPaddr2}
        resource_option: ["ip=${lab.floatingAddress}", "cidr_netmask=${lab.cidrNetmask}"]
        resource_operation: [{operation_action: monitor, operation_option: ["interval=30s"]}]
        resource_argument: {argument_action: group, argument_option: [smtp-stack]}
    - community.general.${module}:
        name: smtp_service
        resource_type: {resource_standard: systemd, resource_name: "${units[lab.suite]}"}
        resource_option: []
        resource_operation: [{operation_action: monitor, operation_option: ["interval=30s"]}]
        resource_argument: {argument_action: group, argument_option: [smtp-stack]}
`;

/** Says why where there is none. */
export async function ansible(
  lab: Lab,
  cleanUp: (() => void)[],
  say: (line: string) => void,
): Promise<{ smtp: () => Promise<void> } | undefined> {
  const bin = await install(say);
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "pacemaker-bench-ansible-"));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const host = ({ name, address }: Lab["nodes"][number]) =>
    `${name} ansible_host=${address} ansible_user=${lab.user} ansible_ssh_private_key_file=${lab.privateKeyPath} ansible_python_interpreter=/usr/bin/python3`;
  writeFileSync(
    join(folder, "hosts"),
    `[nodes]\n${lab.nodes.map(host).join("\n")}\n[first]\n${lab.nodes[0]!.name}\n`,
  );
  writeFileSync(join(folder, "smtp.yml"), playbook(lab));
  writeFileSync(
    join(folder, "ansible.cfg"),
    // One connection for all tasks of a host, and no file for each of them: what its documentation advises for speed.
    `[defaults]\ninventory = hosts\n[ssh_connection]\npipelining = true\nssh_args = -F /dev/null -o ControlMaster=auto ` +
      `-o ControlPersist=60s -o IdentitiesOnly=yes -o UserKnownHostsFile=${lab.knownHostsPath}\n`,
  );
  return {
    async smtp() {
      const { code, stdout, stderr } = await capture(
        inNamespace(lab.namespace, [
          ...["env", `--chdir=${folder}`, `HOME=${folder}`, "LC_ALL=C.UTF-8"],
          ...[`PATH=${bin}:${process.env.PATH}`, "ANSIBLE_LOCALHOST_WARNING=0"],
          ...["ansible-playbook", "smtp.yml"],
        ]),
        { timeoutMs: 300_000 },
      );
      rmSync(join(folder, ".ansible", "cp"), { recursive: true, force: true });
      if (code !== 0)
        throw new Error(
          `ansible-playbook ended with ${code}: ${stdout}${stderr}`,
        );
    },
  };
}

/** Ansible in a folder of the cache; undefined where it cannot be had. */
async function install(
  say: (line: string) => void,
): Promise<string | undefined> {
  const home = join(cacheRoot(), "bench", wanted.replace(/=+/, "-"));
  const bin = join(home, "bin");
  const done = join(home, "done");
  if (!existsSync(done)) {
    say(`installing ${wanted} from PyPI into ${home}`);
    mkdirSync(home, { recursive: true });
    for (const argv of [
      ["python3", "-m", "venv", home],
      [join(bin, "pip"), "install", "--quiet", wanted],
    ]) {
      const { code, stderr } = await capture(argv, { timeoutMs: 900_000 });
      if (code !== 0) {
        say(
          `no Ansible: ${argv.join(" ")} ended with ${code}: ${stderr.trim()}`,
        );
        return undefined;
      }
    }
    writeFileSync(done, "");
  }
  return bin;
}
