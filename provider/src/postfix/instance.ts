/** Which of a node's Postfixes is meant: the one of the packaged unit, or a further one that postmulti(1) has made. */

/** The usual instance, in /etc/postfix: Debian's name for it. */
export const usualInstance = "-";

/** The instance of Postfix that a systemd unit starts, as the unit calls it; undefined: the unit is not Postfix's. */
export function instanceOf(unit: string): string | undefined {
  const [found, instance] =
    /^postfix(?:@([A-Za-z0-9_.-]+?))?(?:\.service)?$/.exec(unit) ?? [];
  return found === undefined ? undefined : (instance ?? usualInstance);
}

/** Whether a name can be one of an instance. */
export function isInstance(name: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(name);
}

/**
 * The folder of its configuration by Debian's rule, which postmulti keeps to as well: /etc/postfix-mx of `postfix@mx`
 * (Debian 13) and of `postfix@postfix-mx` (Debian 12).
 */
export function folderOf(instance: string): string {
  return instance === usualInstance
    ? "/etc/postfix"
    : `/etc/postfix-${shortInstance(instance)}`;
}

/** postmulti gives each further instance a name that begins with "postfix-"; Debian 13 leaves that out in its unit. */
export const shortInstance = (instance: string): string =>
  instance.replace(/^postfix-(?=.)/, "");

/** What names it to our own commands, after a space; nothing for the usual one. */
export function instanceOption(instance: string): string {
  return instance === usualInstance ? "" : ` --instance ${instance}`;
}

/** One of Postfix's commands for the instance in that folder, as a person types it: "postqueue -c /etc/postfix-mx -f". */
export function byHand(
  instance: string,
  folder: string,
  command: string,
): string {
  if (instance === usualInstance) return command;
  const [program, ...words] = command.split(" ");
  return [program, "-c", folder, ...words].join(" ");
}

/** The services that may run it, by all its names: systemd says which of them are there. */
export function servicesOf(instance: string): string[] {
  if (instance === usualInstance)
    return ["postfix@-.service", "postfix.service"];
  const short = shortInstance(instance);
  return [...new Set([instance, short, `postfix-${short}`])].map(
    (name) => `postfix@${name}.service`,
  );
}

/**
 * Shell functions that find an instance without postmulti(1), which ends where main.cf names an address that is on another node
 * now; postconf(1) reads, but does not resolve.
 *
 * `configOf NAME` prints the folder of its configuration: what its unit says (Debian 13), or the folder of that name
 * among those that the usual instance lists (Debian 12). `queueOf NAME` prints its queue's folder. `masterIn QUEUE` prints the process
 * of the Postfix that works there: after a boot, the number in a file may be another instance's.
 */
export const instanceFunctions = `configOf() {
  if [ "$1" = - ]; then postconf -h config_directory; return; fi
  folder=$(systemctl show --property=Environment --value "postfix@$1.service" 2>/dev/null | tr ' ' '\\n' | sed -n 's/^MAIL_CONFIG=//p')
  if [ -n "$folder" ] && [ -e "$folder/main.cf" ]; then echo "$folder"; return; fi
  for folder in $(postconf -h multi_instance_directories | tr , ' '); do
    for name in "$(postconf -c "$folder" -h multi_instance_name)" "\${folder##*/}"; do
      case "$name" in "$1"|"postfix-$1") echo "$folder"; return;; esac
    done
  done
  echo "There is no instance $1 of Postfix here: \\"postmulti -l\\" lists those that there are." >&2
  return 1
}
queueOf() { postconf -c "$(configOf "$1")" -hx queue_directory; }
masterIn() {
  read -r pid 2>/dev/null <"$1/pid/master.pid" && grep -qx master "/proc/$pid/comm" 2>/dev/null &&
    [ "/proc/$pid/cwd" -ef "$1" ] && echo "$pid"
}`;

/** The command that prints the folder of an instance's configuration. */
export function findFolder(instance: string): string[] {
  const script = `export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
${instanceFunctions}
configOf "$1"`;
  return ["/bin/sh", "-c", script, "the folder of Postfix", instance];
}
