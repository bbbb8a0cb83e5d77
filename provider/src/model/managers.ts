import type { Cib, Parent, Primitive } from "./cib";
import { fullName } from "./unit";

/** A resource of the cluster that runs units of the nodes, or a program that is a unit there as well. */
export interface Manager {
  readonly id: string;
  readonly agent: string;
  /** The clone that holds it. */
  readonly parent?: Parent;
  /**
   * "unit": it starts and stops a unit. "daemon": it runs the service of these units by itself. "perhaps": it runs that
   * program, with a configuration that may be another one.
   */
  readonly kind: "unit" | "daemon" | "perhaps";
  /** The units, with their suffix, in its own spelling: systemd says which of them are the same. "*" stands for any text. */
  readonly units: readonly string[];
}

/** The classes whose type is a unit's name. Where systemd runs a node, a script for SysV's init is a unit too. */
const unitClass = /^(systemd|service|lsb):(.+)$/;

const databases = ["mariadb", "mysql", "mysqld"];
const postgres = ["postgresql", "postgresql@*", "postgresql-*"];

/** By the type of an OCF agent that runs a daemon by itself: the daemon's units, as the distributions name them. */
const daemons = new Map(
  Object.entries({
    apache: ["apache2", "apache2@*", "httpd", "httpd@*"],
    asterisk: ["asterisk"],
    conntrackd: ["conntrackd"],
    controld: ["dlm"],
    CTDB: ["ctdb"],
    dhcpd: ["isc-dhcp-server", "dhcpd"],
    dovecot: ["dovecot"],
    drbd: ["drbd"],
    galera: databases,
    iSCSITarget: ["target", "tgt", "tgtd"],
    ldirectord: ["ldirectord"],
    lvmlockd: ["lvmlockd"],
    mariadb: databases,
    mysql: databases,
    named: ["named", "named-chroot", "bind9"],
    nfsserver: ["nfs-server", "nfs-kernel-server"],
    nginx: ["nginx"],
    pgsql: postgres,
    pgsqlms: postgres,
    postfix: ["postfix", "postfix@*"],
    proftpd: ["proftpd"],
    "Pure-FTPd": ["pure-ftpd"],
    "rabbitmq-cluster": ["rabbitmq-server"],
    redis: ["redis", "redis-server"],
    rsyncd: ["rsync", "rsyncd"],
    rsyslog: ["rsyslog"],
    slapd: ["slapd"],
    squid: ["squid"],
    "syslog-ng": ["syslog-ng"],
    tomcat: ["tomcat", "tomcat@*", "tomcat9", "tomcat10", "tomcat11"],
    unbound: ["unbound"],
    varnish: ["varnish"],
    vsftpd: ["vsftpd"],
    zabbixserver: ["zabbix-server"],
  }),
);

/** The resources that manage units, or daemons that are units too, but for one. */
export function managersIn(
  { primitives }: Pick<Cib, "primitives">,
  except: string,
): Manager[] {
  return [...primitives.values()].flatMap((primitive) => {
    const manager = primitive.id === except ? undefined : asManager(primitive);
    return manager ? [manager] : [];
  });
}

function asManager(primitive: Primitive): Manager | undefined {
  const { id, agent, options, parent } = primitive;
  // In a container there are other units than on the node.
  if (parent?.kind === "bundle") return undefined;
  const common = { id, agent, ...(parent ? { parent } : {}) };
  const [, , name] = unitClass.exec(agent) ?? [];
  if (name !== undefined)
    return { ...common, kind: "unit", units: [fullName(name)] };
  const [, type = ""] = /^ocf:(?:[^:]+:)?([^:]+)$/.exec(agent) ?? [];
  const units = daemons.get(type)?.map(fullName);
  if (!units) return undefined;
  // Postfix has one queue for each configuration: the packaged unit's is this one.
  const isDefault = (options.config_dir ?? "/etc/postfix") === "/etc/postfix";
  return type === "postfix" && isDefault
    ? {
        ...common,
        kind: "daemon",
        units: ["postfix", "postfix@-"].map(fullName),
      }
    : { ...common, kind: "perhaps", units };
}

/** Whether one of the names is the manager's, as it spells them. */
export function isNamedBy(
  { units }: Manager,
  names: ReadonlySet<string>,
): boolean {
  return units.some((unit) => {
    const [start = "", end] = unit.split("*");
    if (end === undefined) return names.has(unit);
    return [...names].some(
      (name) => name.startsWith(start) && name.endsWith(end),
    );
  });
}
