/** What was sent, where it was found, and what follows: text and data in, data out. */

/**
 * How one attempt to hand in a message ended. "unanswered": all of the message was sent, and the session broke before the answer,
 * so that the server may have taken it on. "not taken": it has not, whatever the reason.
 */
export type AttemptOutcome = "accepted" | "unanswered" | "not taken";

/** One message; each attempt bears the same Message-ID. */
export interface SentMessage {
  readonly messageId: string;
  readonly attempts: readonly AttemptOutcome[];
}

/** Where a message was found: once for each copy. */
export interface Place {
  readonly messageId: string;
  readonly node: string;
  readonly where: "mailbox" | "queue";
}

export interface Verdict {
  readonly sent: number;
  readonly accepted: number;
  /** Attempts beyond the first one. */
  readonly again: number;
  readonly unanswered: number;
  /** Copies, by node. */
  readonly delivered: Readonly<Record<string, number>>;
  readonly queued: Readonly<Record<string, number>>;
  /** Messages that are there more than once, since a session broke and they were sent again. */
  readonly twice: number;
  /** What must not be. */
  readonly wrong: readonly string[];
}

/** How an attempt ended, by what swaks printed: "->" and "~>" are its own lines, "<-", "<~", "<**" and "<~*" the server's. */
export function outcomeOf(transcript: string): AttemptOutcome {
  const lines = transcript.split("\n");
  const end = lines.findIndex((line) => /^ (-|~)> \.$/.test(line));
  if (end < 0) return "not taken";
  const answer = lines.slice(end + 1).find((line) => /^<\S+ +\d{3}/.test(line));
  if (answer === undefined) return "unanswered";
  return / 2\d\d/.test(answer) ? "accepted" : "not taken";
}

/**
 * A message that was accepted is in exactly one place. It may be in more where a session broke after all of it had been sent, and
 * only once for each such session.
 */
export function judge(
  messages: readonly SentMessage[],
  places: readonly Place[],
): Verdict {
  const ids = new Set(messages.map(({ messageId }) => messageId));
  const ours = places.filter(({ messageId }) => ids.has(messageId));
  const found = new Map<string, Place[]>();
  for (const place of ours)
    found.set(place.messageId, [...(found.get(place.messageId) ?? []), place]);
  const wrong: string[] = [];
  let twice = 0;
  for (const { messageId, attempts } of messages) {
    const copies = found.get(messageId) ?? [];
    const unanswered = count(attempts, "unanswered");
    if (!attempts.includes("accepted"))
      wrong.push(`${messageId} was never accepted: ${attempts.join(", ")}`);
    else if (copies.length === 0)
      wrong.push(`${messageId} was accepted, and is nowhere`);
    else if (copies.length > 1 + unanswered)
      wrong.push(
        `${messageId} is there ${copies.length} times (${copies.map(({ node, where }) => `${where} of ${node}`).join(", ")}), ` +
          `and ${unanswered} of its sessions broke before the answer`,
      );
    if (copies.length > 1) twice += 1;
  }
  const attempts = messages.flatMap((message) => message.attempts);
  return {
    sent: messages.length,
    accepted: messages.filter((one) => one.attempts.includes("accepted"))
      .length,
    again: attempts.length - messages.length,
    unanswered: count(attempts, "unanswered"),
    delivered: byNode(ours, "mailbox"),
    queued: byNode(ours, "queue"),
    ...{ twice, wrong },
  };
}

function count<Item>(items: readonly Item[], wanted: Item): number {
  return items.filter((item) => item === wanted).length;
}

function byNode(
  places: readonly Place[],
  where: Place["where"],
): Record<string, number> {
  const nodes = places.filter((one) => one.where === where);
  return Object.fromEntries(
    [...new Set(nodes.map(({ node }) => node))]
      .sort()
      .map((node) => [node, nodes.filter((one) => one.node === node).length]),
  );
}
