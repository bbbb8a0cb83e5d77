import {
  OpenSSHAgent,
  utils,
  type AgentAuthMethod,
  type AnyAuthMethod,
  type IdentityCallback,
  type ParsedKey,
} from "ssh2";
import { agentSocketOf, type Connection } from "../connection";
import { PacemakerError } from "../errors";
import type { Endpoint } from "./endpoint";
import type { Password } from "./passwords";
import { fromPkcs8, isPkcs8 } from "./pkcs8";

/** The identities that a login may try. */
export interface Identity {
  key?: ParsedKey;
  agent?: { socket: string; only?: ParsedKey };
  password?: string;
}

/** Reads the connection's identities. An unusable key is said here, before anything is sent. */
export function identityOf(
  connection: Connection,
  endpoint: Endpoint,
): Identity {
  const { privateKey, privateKeyPassword, password } = connection;
  const socket = agentSocketOf(connection);
  const fail = (message: string): never => {
    throw new PacemakerError(
      "configuration",
      `${endpoint.label}: ${message}`,
      endpoint.host,
    );
  };

  const parsed =
    privateKey === undefined
      ? undefined
      : readKey(privateKey, privateKeyPassword);
  if (typeof parsed === "string") return fail(parsed);
  const chosen = parsed && !parsed.isPrivateKey() ? parsed : undefined;
  if (chosen && socket === undefined) {
    return fail(
      "connection.privateKey holds a public key, which chooses a key of the ssh agent, but there is no agent. " +
        "Give the private key's text, or set agentSocketPath (or SSH_AUTH_SOCK).",
    );
  }
  if (!parsed && socket === undefined && password === undefined) {
    return fail(
      "nothing to log in with. Set `privateKey`, `agentSocketPath` (or SSH_AUTH_SOCK) or `password` in the connection.",
    );
  }
  return {
    ...(parsed && !chosen && { key: parsed }),
    ...(socket !== undefined && {
      agent: { socket, ...(chosen && { only: chosen }) },
    }),
    ...(password !== undefined && { password }),
  };
}

const ENCRYPTED =
  "connection.privateKey is encrypted. Set `privateKeyPassword` to its passphrase.";
const NOT_OPENED =
  "connection.privateKeyPassword does not open privateKey. Check the passphrase: `ssh-keygen -y -f <file>` asks for it.";

/** The parsed key, or the reason in words; never any of the key's text. */
function readKey(
  text: string,
  passphrase: string | undefined,
): ParsedKey | string {
  const given = isPkcs8(text)
    ? fromPkcs8(text, passphrase)
    : { text, passphrase };
  if ("problem" in given) {
    switch (given.problem) {
      case "no passphrase":
        return ENCRYPTED;
      case "wrong passphrase":
        return NOT_OPENED;
      case "type":
        return "connection.privateKey (PKCS#8) holds no RSA, EC or Ed25519 key that can be read. Give the whole text, or convert the file: `ssh-keygen -p -f <file>`.";
    }
  }
  const found: ParsedKey | ParsedKey[] | Error = utils.parseKey(
    given.text,
    given.passphrase,
  );
  const key = Array.isArray(found) ? found[0] : found;
  if (key !== undefined && !(key instanceof Error)) return key;
  const reason = key?.message ?? "";
  if (/no passphrase given/.test(reason)) {
    return ENCRYPTED;
  }
  if (
    /passphrase|integrity check|bad decrypt/i.test(reason) ||
    (passphrase !== undefined && /Malformed/.test(reason))
  ) {
    return NOT_OPENED;
  }
  if (!/\n/.test(text.trim()) && /^[~./]/.test(text.trim())) {
    return 'connection.privateKey holds a path. Give the file\'s text, such as `readFileSync(path, "utf8")`.';
  }
  return `connection.privateKey cannot be read (${reason || "no key in it"}). Give the whole text of an OpenSSH private key file.`;
}

/** The agent, offering one of its keys only: sshd counts every key that is offered as a failed login. */
class OneKeyAgent extends OpenSSHAgent {
  constructor(
    socket: string,
    private readonly only: ParsedKey,
  ) {
    super(socket);
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) => {
      if (error || !keys) return callback(error);
      const wanted = this.only.getPublicSSH();
      callback(
        undefined,
        keys.filter((key) => {
          const parsed = utils.parseKey(key as ParsedKey);
          return (
            !(parsed instanceof Error) && parsed.getPublicSSH().equals(wanted)
          );
        }),
      );
    });
  }
}

/** What a login has tried, for the message when it fails. */
export interface LoginRecord {
  tried: string[];
  /** The methods that the node would let continue, as it last said. */
  allowed: string[];
  /** The host that has refused the password, so that it was not sent to this one. */
  withheldFor?: string;
}

/** What ssh2 asks before each attempt, with what was achieved so far; `false` ends the login. */
export type NextAuth = (
  methodsLeft: string[] | null,
  partialSuccess: boolean | null,
) => Promise<AnyAuthMethod | false>;

export interface LoginSteps {
  next: NextAuth;
  /** How the login as a whole has ended, for the password that may have been sent last. */
  accepted(): void;
  refused(): void;
  undecided(): void;
}

interface Step {
  method: string;
  name: string;
  make: () => AnyAuthMethod;
}

/**
 * Private key, agent, password, keyboard-interactive with the password: each once, and only what the node allows. The
 * password is sent once at most, and to no host after another of the connection has refused it: a second try could lock
 * the account.
 */
export function loginSteps(
  identity: Identity,
  { user, label }: Endpoint,
  record: LoginRecord,
  shared: Password,
): LoginSteps {
  let passwordSent = false;
  let inDoubt = false;
  const steps = stepsOf(identity, user, () => {
    passwordSent = true;
  });
  const settle = (tell: () => void): void => {
    if (inDoubt && passwordSent) tell();
    else if (inDoubt) shared.undecided();
    inDoubt = false;
  };
  let asked = false;

  const next: NextAuth = async (methodsLeft, partialSuccess) => {
    if (!asked) {
      // Asks which methods there are; sshd does not count it as an attempt.
      asked = true;
      return { type: "none", username: user };
    }
    settle(() => (partialSuccess ? shared.accepted() : shared.refused(label)));
    record.allowed = methodsLeft ?? [];
    for (;;) {
      const index = steps.findIndex(
        ({ method }) =>
          (methodsLeft === null || methodsLeft.includes(method)) &&
          !(method === "keyboard-interactive" && passwordSent),
      );
      const [step] = index < 0 ? [] : steps.splice(index, 1);
      if (!step) return false;
      if (step.method !== "publickey") {
        const refusedBy = await shared.ask();
        if (refusedBy !== undefined) {
          record.withheldFor = refusedBy;
          continue;
        }
      }
      // Given back at the next step, or at the end, also where the node asks for no password after all.
      if (step.method !== "publickey") inDoubt = true;
      record.tried.push(step.name);
      return step.make();
    }
  };
  return {
    next,
    accepted: () => settle(() => shared.accepted()),
    refused: () => settle(() => shared.refused(label)),
    undecided: () => settle(() => shared.undecided()),
  };
}

/** The attempts that the identities allow, in order. `sent` is called when the password goes out. */
function stepsOf(
  { key, agent, password }: Identity,
  user: string,
  sent: () => void,
): Step[] {
  const steps: Step[] = [];
  if (key) {
    steps.push({
      method: "publickey",
      name: `publickey (privateKey, ${key.type})`,
      // The types lack that a parsed key is taken as it is.
      make: () => ({
        type: "publickey",
        username: user,
        key: key as unknown as string,
      }),
    });
  }
  if (agent) {
    steps.push({
      method: "publickey",
      name: "publickey (agent)",
      make: () => ({
        type: "agent",
        username: user,
        agent: (agent.only
          ? new OneKeyAgent(agent.socket, agent.only)
          : agent.socket) as AgentAuthMethod["agent"],
      }),
    });
  }
  if (password !== undefined) {
    let left = true;
    const once = () => {
      left = false;
      sent();
      return password;
    };
    steps.push({
      method: "password",
      name: "password",
      make: () => ({ type: "password", username: user, password: once() }),
    });
    steps.push({
      method: "keyboard-interactive",
      name: "keyboard-interactive",
      make: () => ({
        type: "keyboard-interactive",
        username: user,
        prompt: (_name, _instructions, _lang, prompts, finish) =>
          finish(prompts.map((prompt) => (prompt.echo || !left ? "" : once()))),
      }),
    });
  }
  return steps;
}
