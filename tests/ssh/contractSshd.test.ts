import { contract } from "./contract";
import { startSshd } from "./sshd";

contract("OpenSSH's sshd", (authorized) => startSshd({ authorized }));
