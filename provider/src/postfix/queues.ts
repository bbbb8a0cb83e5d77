/** What lies in the mail queue of one Postfix, running or not: the command that counts it, and how to read and tell it. */
import { instanceFunctions, servicesOf } from "./instance";

/** One node's queue, in messages. What Postfix calls maildrop (handed in by sendmail, not yet picked up) is `incoming`. */
export interface Queue {
  /** Being delivered now; of a Postfix that was stopped, what it was delivering. */
  readonly active: number;
  /** Waiting for another attempt. */
  readonly deferred: number;
  /** Put on hold by a person or a filter: no attempt is made until "postsuper -H". */
  readonly hold: number;
  /** Arriving, or handed in and not yet picked up. */
  readonly incoming: number;
  /** How long ago the oldest of them arrived, in seconds; 0 where there are none. */
  readonly oldestSeconds: number;
}

/** A queue, and whether the Postfix that owns it runs. */
export interface QueueLook extends Queue {
  readonly runs: boolean;
  /** Of that Postfix's configuration. */
  readonly folder: string;
}

/**
 * Counts a queue. There is one file a message, in the folder that says how it stands; "deferred" is hashed into folders. A
 * message's age is that of its file's birth: the time of a deferred one's file is that of the next attempt (qmgr(8)). Where
 * the file system keeps no birth, the message's own record of its arrival says it to root (T, the first one with a time), and
 * to others the file's last change, which may be the last attempt.
 *
 * The folders are root's and Postfix's to read: another user's look goes by sudo, as one command that a rule can name.
 *
 * @param instance as `instanceOf` gives it
 */
export function queueCommand(instance: string, maySudo = true): string[] {
  const count = [
    `/Permission denied|^sudo: / { print "denied " $0; next }`,
    `{ split($1, path, "/"); folder = path[1] }`,
    `folder !~ /^(incoming|maildrop|active|deferred|hold)$/ { next }`,
    `{ n[folder]++; time = $2 + 0 > 0 ? $2 : $3; if ($2 + 0 <= 0) lost = 1; if (!old || time < old) old = time }`,
    `END { for (one in n) print one, n[one]; if (old) print "oldest", old; if (lost) print "births lost" }`,
  ].join("\n");
  const script = `export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
${instanceFunctions}
config=$(configOf ${instance}) && queue=$(postconf -c "$config" -hx queue_directory) && cd "$queue" || exit 3
echo folder "$config"
echo queue "$queue"
echo now $(date +%s)
isActive() { systemctl is-active --quiet $1 && [ "$(systemctl show --property=Type --value $1)" != oneshot ]; }
if [ "$(id -u)" = 0 ]; then
  sudo=
  masterIn "$queue" >/dev/null && echo running 1
else
  sudo="${maySudo ? "sudo -n " : ""}"
  for one in ${servicesOf(instance).join(" ")}; do isActive $one && echo running 1; done
fi
counts=$(\${sudo}find "$queue" -type f -printf '%P %B@ %C@\\n' 2>&1 | awk '${count}')
echo "$counts"
case "$sudo$counts" in "sudo"*) ;; *"births lost"*)
  echo arrived $(find incoming maildrop active deferred hold -type f -exec \\
    timeout 10 grep -aohm1 'T.[0-9]\\{10\\} [0-9]' {} + 2>/dev/null | cut -c3-12 | sort -n | head -n 1);;
esac
echo end
`;
  return ["/bin/sh", "-c", script];
}

/** A folder that `queueCommand` names: of the configuration ("folder") or of the queue. */
export function placeIn(
  text: string,
  which: "folder" | "queue",
): string | undefined {
  return new RegExp(`^${which} (/.*)$`, "m").exec(text)?.[1];
}

/** Why `queueCommand` was not allowed to look, in the words of the node; undefined where it was. */
export function deniedIn(text: string): string | undefined {
  return /^denied (.*)$/m.exec(text)?.[1];
}

/** Reads what `queueCommand` prints. @throws Error where it is not that, or not all of it. */
export function parseQueue(text: string): QueueLook {
  const lines = text.trim().split("\n");
  const folder = placeIn(text, "folder");
  const values = new Map(
    lines.map((line): [string, number] => {
      const [name = "", value = ""] = line.split(" ");
      return [name, Number(value)];
    }),
  );
  const now = values.get("now");
  if (
    now === undefined ||
    !Number.isFinite(now) ||
    folder === undefined ||
    lines.at(-1) !== "end"
  )
    throw new Error(`no count of a queue: ${JSON.stringify(text)}`);
  const count = (name: string): number => values.get(name) ?? 0;
  const oldest = values.get("arrived") || (values.get("oldest") ?? 0);
  return {
    active: count("active"),
    deferred: count("deferred"),
    hold: count("hold"),
    incoming: count("incoming") + count("maildrop"),
    oldestSeconds: oldest > 0 ? Math.max(0, Math.floor(now - oldest)) : 0,
    runs: count("running") === 1,
    folder,
  };
}

/** How many messages lie in a queue. */
export function sizeOf(queue: Queue): number {
  return queue.active + queue.deferred + queue.hold + queue.incoming;
}

/** The queue alone, as an output of a stack. */
export function withoutState(look: QueueLook): Queue {
  const { active, deferred, hold, incoming, oldestSeconds } = look;
  return { active, deferred, hold, incoming, oldestSeconds };
}

/** "4 messages (3 deferred, 1 on hold), the oldest 2 h old". */
export function describeQueue(queue: Queue): string {
  const size = sizeOf(queue);
  const parts = [
    [queue.active, "active"],
    [queue.deferred, "deferred"],
    [queue.hold, "on hold"],
    [queue.incoming, "incoming"],
  ]
    .filter(([count]) => count !== 0)
    .map((pair) => pair.join(" "));
  const age = size > 1 ? "the oldest " : "";
  return `${size} message${size === 1 ? "" : "s"} (${parts.join(", ")}), ${age}${describeAge(queue.oldestSeconds)} old`;
}

/** "45 s", "12 min", "5 h", "3 days". */
export function describeAge(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
