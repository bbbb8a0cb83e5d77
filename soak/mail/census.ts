/** Where the messages are: by Postfix's own postcat and in the mailboxes, on every node. */
import { onEveryNode, onNode, eventually } from "../../tests/cluster/harness";
import type { Lab } from "../../lab";
import type { Place } from "./ledger";
import { recipient } from "./sender";

const mailbox = `/var/mail/${recipient.split("@")[0]}`;

/** The Message-IDs in the headers, a line each: of what lies in the queues, then of what was delivered. */
const script = `
cd /var/spool/postfix
find incoming active deferred hold maildrop -type f -printf '%f\\n' | while read -r id; do
  postcat -hq "$id" | grep -i '^message-id:' | sed 's/^[^:]*:/queue/'
done
if [ -e ${mailbox} ]; then grep -i '^message-id:' ${mailbox} | sed 's/^[^:]*:/mailbox/'; fi
`;

/** Has the cluster stop Postfix everywhere, so that nothing is on its way, and looks at each node. */
export async function takeCensus(lab: Lab, resource: string): Promise<Place[]> {
  await onNode(lab, lab.nodes[0]!.name, "pcs", "resource", "disable", resource);
  await eventually(
    "Postfix to have ended on every node",
    async () => {
      const running = await onEveryNode(
        lab,
        "pgrep -xl 'master|qmgr|pickup|cleanup|trivial-rewrite|local|smtpd' || true",
      );
      const left = Object.values(running).join("").trim();
      if (left !== "") throw new Error(left);
      return true;
    },
    90,
  );
  const printed = await onEveryNode(lab, script);
  return Object.entries(printed).flatMap(([node, text]) =>
    [...text.matchAll(/^(queue|mailbox) +(<\S+>)$/gm)].map(
      ([, where, messageId]) => ({
        ...{ node, messageId: messageId! },
        where: where as Place["where"],
      }),
    ),
  );
}

/** Takes away what other runs have delivered. */
export async function emptyMailboxes(lab: Lab): Promise<void> {
  await onEveryNode(lab, `rm -f ${mailbox}`);
}
