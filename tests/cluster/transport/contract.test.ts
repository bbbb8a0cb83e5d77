/** The contract of the ssh layer, by a lab's node: its sshd is the distribution's, with the distribution's settings. */
import { spawn } from "node:child_process";
import { inNamespace, execOnNode, requireLab, type Lab } from "../../../lab";
import { contract, type Node } from "../../ssh/contract";
import { listen, type Listener } from "../../ssh/fake";
import { run } from "../../ssh/keys";
import { bringUp, onNode } from "../harness";
import { writeOn } from "./lab";

/** Passes what comes to a port of this machine's loopback on to a node, whose network is the lab's own. */
function intoLab(lab: Lab, address: string): Promise<Listener> {
  const pipe = `const s = require("net").connect(22, ${JSON.stringify(address)}); s.setNoDelay(true);
    s.on("error", () => process.exit(1)); s.on("close", () => process.exit(0));
    process.stdin.pipe(s).pipe(process.stdout);`;
  return listen((socket) => {
    const [program = "", ...args] = inNamespace(lab.namespace, [
      ...[process.execPath, "-e", pipe],
    ]);
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => undefined);
    child.on("close", () => socket.destroy());
    socket.on("close", () => child.kill());
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  });
}

/** A user that is not root, as the suite on this machine's own sshd may be run by root only. */
const login = "operator";

async function start(authorized: string[]): Promise<Node> {
  const given = process.env.PACEMAKER_TRANSPORT_LAB;
  const lab = given ? requireLab(given) : await bringUp("bookworm");
  const { name, address } = lab.nodes[0]!;
  const file = `/home/${login}/.ssh/authorized_keys`;
  const before = await onNode(lab, name, "cat", file);
  await writeOn(lab, name, file, `${before}${authorized.join("\n")}\n`);
  const hostKey = lab.hostKeys[address]!;
  const fingerprint = run("ssh-keygen", ["-lf", "-"], hostKey).split(" ")[1]!;
  const way = await intoLab(lab, address);
  return {
    port: way.port,
    user: login,
    hostKey: { private: "", public: hostKey, fingerprint },
    async stop() {
      await way.stop();
      await writeOn(lab, name, file, before);
      await execOnNode(lab, name, ["pkill", "-u", login, "-x", "sleep"]);
    },
  };
}

contract("a lab's node", start);
