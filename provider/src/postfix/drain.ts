/** The text of what delivers the queue of a Postfix that does not run, and what it printed. */
import { quoteArgv } from "../ssh/quote";
import {
  instanceFunctions,
  servicesOf,
  shortInstance,
  usualInstance,
} from "./instance";

/** How long Postfix may take to end what it delivers when it is told to stop, in seconds. */
const stopSeconds = 20;

/** The systemd unit that delivers; its name tells a person what it is. */
export function drainUnit(instance: string): string {
  return `pulumi-pacemaker-drain${instance === usualInstance ? "" : `-${shortInstance(instance)}`}`;
}

const folderOf = (instance: string): string => `/run/${drainUnit(instance)}`;

const prelude = `set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
${instanceFunctions}
`;

const listIds = (instance: string): string => `
queue=$(queueOf ${instance})
cd "$queue"
find incoming maildrop active deferred hold -type f -printf 'id %f\\n' 2>/dev/null || :
`;

/** Ends what delivers, and takes away what it needed; also what an earlier one has left. */
function clearing(instance: string): string {
  const unit = `${drainUnit(instance)}.service`;
  return `
systemctl stop ${unit} 2>/dev/null || :
systemctl reset-failed ${unit} 2>/dev/null || :
rm -rf ${folderOf(instance)}
`;
}

/**
 * Starts Postfix on its own queue, with its own configuration but for one thing: no service listens on the network
 * (master_service_disable). It is a transient unit of systemd's, so that it ends by itself after its time whatever becomes of
 * us, and in conflict with Postfix's units: where Pacemaker starts one of those, systemd first stops this one. Two masters
 * never share a queue (and Postfix itself locks it).
 *
 * It prints "runs" or "busy" and nothing is started where Postfix, or another drain, runs; else "started".
 *
 * @param seconds after which it is ended
 */
export function startDrain(instance: string, seconds: number): string {
  const unit = drainUnit(instance);
  const folder = folderOf(instance);
  // A wrapper that is there, such as Debian 12's postfix.service, counts as active without running anything.
  const real = `for one in ${servicesOf(instance).join(" ")}; do
  [ "$(systemctl show --property=LoadState --value $one)" = loaded ] || continue
  [ "$(systemctl show --property=Type --value $one)" = oneshot ] || rivals="$rivals $one"
done`;
  const run = quoteArgv([
    ...["systemd-run", "--quiet", `--unit=${unit}`],
    "--description=Delivers the mail that lies here while Postfix does not run (pulumi-pacemaker)",
    ...["--property=Type=forking", "--property=GuessMainPID=no"],
    ...[`--property=RuntimeMaxSec=${seconds}`],
    ...[`--property=TimeoutStopSec=${stopSeconds}`],
    ...[`--property=ExecStop=/usr/sbin/postfix -c ${folder} stop`],
    ...[`--property=ExecStopPost=/bin/rm -rf ${folder}`],
  ]);
  return `${prelude}
case "$(systemctl is-active ${unit}.service || :)" in active|activating|deactivating) echo busy; exit 0;; esac
${clearing(instance)}
rivals=
${real}
config=$(configOf ${instance})
${listIds(instance)}
mkdir -m 755 ${folder}
for file in "$config"/*; do ln -s "$file" ${folder}/; done
rm ${folder}/main.cf
cp -p "$config/main.cf" ${folder}/main.cf
# Where main.cf names the address of the stack, which is elsewhere now, Postfix would not start.
postconf -c ${folder} -e master_service_disable=inet inet_interfaces=loopback-only
chroot=/usr/lib/postfix/configure-instance.sh
if [ -x $chroot ]; then $chroot ${instance} >/dev/null 2>&1 || :; fi
stop() { echo runs; rm -rf ${folder}; exit 0; }
if masterIn "$queue" >/dev/null; then stop; fi
for one in $rivals; do
  case "$(systemctl is-active $one || :)" in inactive|failed) ;; *) stop;; esac
done
if ! ${run} --property="Conflicts=$rivals" --property="Before=$rivals" /usr/sbin/postfix -c ${folder} start; then
  ${clearing(instance).trim().split("\n").join("; ")}
  exit 4
fi
postqueue -c ${folder} -f
echo started
`;
}

/** Ends it, puts back what it changed, and lists what is left. It says so where Postfix's own unit has ended it already. */
export function endDrain(instance: string, since: number): string {
  const unit = drainUnit(instance);
  return `${prelude}
systemctl is-active --quiet ${unit}.service || echo ended
${clearing(instance)}
${listIds(instance)}
journalctl --quiet --unit=${unit}.service --since=@${since} --output=cat 2>/dev/null |
  sed -n 's/^\\([0-9A-Za-z]*\\): .* status=bounced .*/bounced \\1/p' || :
echo end
`;
}

/** What a script of a drain printed. */
export interface DrainText {
  /** The names of the messages that lie in the queue. */
  readonly ids: ReadonlySet<string>;
  readonly bounced: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
}

export function parseDrain(text: string): DrainText {
  const lines = text.split("\n").map((line) => line.split(" "));
  const named = (name: string): Set<string> =>
    new Set(lines.flatMap(([first, id]) => (first === name && id ? [id] : [])));
  return {
    ids: named("id"),
    bounced: named("bounced"),
    words: new Set(lines.flatMap((line) => (line.length === 1 ? line : []))),
  };
}

/** What became of the messages that lay there. */
export interface DrainCount {
  /** Those that left the queue, without those that came back to their sender. */
  readonly delivered: number;
  /** Those that left the queue because they can never be delivered: their senders were told. */
  readonly bounced: number;
  readonly remaining: number;
}

export function countDrained(before: DrainText, after: DrainText): DrainCount {
  const gone = [...before.ids].filter((id) => !after.ids.has(id));
  const bounced = gone.filter((id) => after.bounced.has(id)).length;
  return {
    delivered: gone.length - bounced,
    bounced,
    remaining: after.ids.size,
  };
}
