/** The contract of the ssh layer, by a lab's node: its sshd is the distribution's, with the distribution's settings. */
import { execOnNode, requireLab } from "../../../lab";
import { contract, type Node } from "../../ssh/contract";
import { run } from "../../ssh/keys";
import { bringUp, onNode } from "../harness";
import { intoLab, writeOn } from "./lab";

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
