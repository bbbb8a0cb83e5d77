/** Debian's swaks, which sends one message after the other to the lab's address, from outside of the nodes. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { inNamespace, basePath, type Lab } from "../../lab";
import { outcomeOf, type AttemptOutcome, type SentMessage } from "./ledger";

export const recipient = "operator@lab.example";

/** Sessions at the same time. */
const workers = 2;

/** Between two attempts of a session, in milliseconds. */
const pause = 100;

export interface Sender {
  /** How many messages were accepted by now. */
  accepted(): number;
  /** Begins no further message. Those that were begun are sent until they are accepted, in a bounded time. */
  finish(): Promise<SentMessage[]>;
}

/** How long a message that nobody takes is sent again once no further ones are begun, in milliseconds. */
const patience = 120_000;

/** @param run stands in each Message-ID */
export function startSender(lab: Lab, run: string): Sender {
  const messages: { messageId: string; attempts: AttemptOutcome[] }[] = [];
  let end = Infinity;
  const work = async (): Promise<void> => {
    while (end === Infinity) {
      const messageId = `<${run}-${messages.length}@soak.lab.example>`;
      const message = { messageId, attempts: [] as AttemptOutcome[] };
      messages.push(message);
      while (!message.attempts.includes("accepted") && Date.now() < end) {
        message.attempts.push(outcomeOf(await swaks(lab, messageId)));
        await sleep(pause);
      }
    }
  };
  const working = Array.from({ length: workers }, work);
  return {
    accepted: () =>
      messages.filter(({ attempts }) => attempts.includes("accepted")).length,
    async finish() {
      end = Date.now() + patience;
      await Promise.all(working);
      return messages;
    },
  };
}

/** One attempt, with STARTTLS. An empty sender: nothing comes back of what cannot be delivered. */
async function swaks(lab: Lab, messageId: string): Promise<string> {
  const [program = "", ...argv] = inNamespace(lab.namespace, [
    ...["chroot", basePath(lab.suite), "/usr/bin/swaks"],
    ...["--server", lab.floatingAddress, "--port", "25", "--tls"],
    ...["--helo", "client.lab.example", "--from", "<>", "--to", recipient],
    ...["--header", `Message-Id: ${messageId}`, "--timeout", "5s"],
  ]);
  const child = spawn(program, argv, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return printed;
}
