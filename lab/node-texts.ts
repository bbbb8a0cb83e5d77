/** The texts that a node needs before its first boot. Pure: plan in, text out. */

import { clientAddress, clientName, type LabPlan } from "./plan";

export const clusterName = "lab";

/** One setting or brace a line: corosync refuses anything denser. */
export function corosyncConf(plan: LabPlan): string {
  const nodes = plan.nodes.flatMap((node, index) => [
    "    node {",
    `        ring0_addr: ${node.address}`,
    `        name: ${node.name}`,
    `        nodeid: ${index + 1}`,
    "    }",
    "",
  ]);
  const twoNode = plan.nodes.length === 2 ? ["    two_node: 1"] : [];
  return [
    "totem {",
    "    version: 2",
    `    cluster_name: ${clusterName}`,
    "    transport: knet",
    "    crypto_cipher: aes256",
    "    crypto_hash: sha256",
    "}",
    "",
    "nodelist {",
    ...nodes.slice(0, -1),
    "}",
    "",
    "quorum {",
    "    provider: corosync_votequorum",
    ...twoNode,
    "}",
    "",
    "logging {",
    "    to_logfile: yes",
    "    logfile: /var/log/corosync/corosync.log",
    "    to_syslog: yes",
    "    timestamp: on",
    "}",
    "",
  ].join("\n");
}

/**
 * The first CIB: the empty one of the installed Pacemaker, with two properties.
 *
 * dc-deadtime is how long a starting node waits for a coordinator to show itself, 20 s unless told otherwise, and with
 * all nodes starting at once nobody shows itself. `up` takes the property away again afterwards.
 */
export function initialCib(empty: string): string {
  const properties = [
    ["stonith-enabled", "false"],
    ["dc-deadtime", "1s"],
  ].map(
    ([name, value]) =>
      `<nvpair id="cib-bootstrap-options-${name}" name="${name}" value="${value}"/>`,
  );
  const section = [
    '<crm_config><cluster_property_set id="cib-bootstrap-options">',
    ...properties,
    "</cluster_property_set></crm_config>",
  ].join("");
  const filled = empty.replace("<crm_config/>", section);
  if (filled === empty) throw new Error(`An unknown empty CIB: ${empty}`);
  return filled;
}

export function hostsFile(plan: LabPlan): string {
  return [
    "127.0.0.1 localhost",
    "::1 localhost ip6-localhost ip6-loopback",
    ...plan.nodes.map(
      (node) => `${node.address} ${node.name}.lab.example ${node.name}`,
    ),
    `${clientAddress} ${clientName}.lab.example ${clientName}`,
    "",
  ].join("\n");
}

/** No server to ask: a look-up of an unknown address fails at once and delays no greeting. */
export const resolvConf = "options timeout:1 attempts:1\n";

/** What `pcs host auth` leaves on the node that asked: how to reach every pcsd, and with which token. */
export function pcsKnownHosts(
  plan: LabPlan,
  tokens: Map<string, string>,
): string {
  const hosts = plan.nodes.map((node) => [
    node.name,
    {
      dest_list: [{ addr: node.address, port: 2224 }],
      token: tokens.get(node.name),
    },
  ]);
  return `${JSON.stringify(
    {
      format_version: 1,
      data_version: 1,
      known_hosts: Object.fromEntries(hosts),
    },
    undefined,
    2,
  )}\n`;
}

/** What `pcs host auth` leaves on the node that was asked: the tokens that pcsd accepts. */
export function pcsUsers(token: string): string {
  return `${JSON.stringify(
    [
      {
        creation_date: "2024-01-01 00:00:00 +0000",
        username: "hacluster",
        token,
      },
    ],
    undefined,
    2,
  )}\n`;
}

export function pcsSettings(plan: LabPlan): string {
  return `${JSON.stringify(
    {
      format_version: 2,
      data_version: 1,
      clusters: [
        { name: clusterName, nodes: plan.nodes.map((node) => node.name) },
      ],
      permissions: {
        local_cluster: [
          {
            type: "group",
            name: "haclient",
            allow: ["grant", "read", "write"],
          },
        ],
      },
    },
    undefined,
    2,
  )}\n`;
}
