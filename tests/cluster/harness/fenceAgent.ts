/** The lab has no power switch: a fence agent of its own takes its place, which really switches a node off. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { execOnNode, type Lab } from "../../../lab";

/** What the agent is called, and the password that it asks for. */
export const fenceAgent = {
  name: "fence_lab",
  password: "canary-of-a-device",
};

/** Switches a node off by ssh, as a power switch would. With `broken`, it says that it could not. */
const agent = `#!/usr/bin/python3
import subprocess, sys
given = dict(line.strip().split("=", 1) for line in sys.stdin if "=" in line) if "-o" not in sys.argv else {"action": sys.argv[sys.argv.index("-o") + 1]}
action, node = given.get("action", "reboot"), given.get("port") or given.get("plug") or given.get("nodename")
if action in ("metadata", "meta-data"):
    print("""<?xml version="1.0" ?>
<resource-agent name="${fenceAgent.name}" shortdesc="the lab's own">
<longdesc>Switches a node of the lab off.</longdesc>
<parameters>
<parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
<parameter name="port" required="1"><content type="string"/></parameter>
<parameter name="switch" required="1"><content type="string"/></parameter>
<parameter name="password" required="0"><content type="string"/></parameter>
<parameter name="tries" required="0"><content type="integer"/></parameter>
<parameter name="broken" required="0"><content type="boolean" default="false"/></parameter>
</parameters>
<actions><action name="on" automatic="0"/><action name="off"/><action name="reboot"/><action name="status"/><action name="list"/><action name="monitor"/><action name="metadata"/><action name="validate-all"/></actions>
</resource-agent>""")
    sys.exit(0)
if given.get("password") != "${fenceAgent.password}":
    sys.exit(1)
if action in ("off", "reboot"):
    if given.get("broken") == "true":
        sys.exit(1)
    subprocess.run(["ssh", "-i", "/root/fence_lab.key", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=5", "root@" + node, "poweroff -ff"], stdin=subprocess.DEVNULL)
sys.exit(0)
`;

/** Puts it on every node, with the key by which it reaches the others. */
export async function installFenceAgent(lab: Lab): Promise<void> {
  for (const { name } of lab.nodes)
    for (const [path, mode, text] of [
      [`/usr/sbin/${fenceAgent.name}`, "755", agent],
      ["/root/fence_lab.key", "600", readFileSync(lab.privateKeyPath, "utf8")],
    ] as const) {
      const script = `cat >${path} && chmod ${mode} ${path}`;
      const { code, stderr } = await execOnNode(
        lab,
        name,
        ["/bin/sh", "-c", script],
        { stdin: text },
      );
      assert.equal(code, 0, stderr);
    }
}
