/** Programs of a few resources on the lab, and the units that they run. */
import type { TestContext } from "node:test";
import type { Lab } from "../../../lab";
import { onEveryNode } from "../harness";

export type Declaration = [
  kind: "FloatingIp" | "SystemdResource" | "ResourceGroup" | "SmtpStack",
  name: string,
  inputs: Record<string, unknown>,
];

/** A program that declares the resources in that order. Members are given as outputs where they are the program's own. */
export function programOf(...resources: readonly Declaration[]): string {
  return `
const made = {};
for (const [kind, name, inputs] of ${JSON.stringify(resources)}) {
  const members = inputs.members && { members: inputs.members.map((id) => made[id] ? made[id].resourceId : id) };
  made[name] = new pacemaker[kind](name, { connection, ...inputs, ...members });
  if (made[name].activeNode) exports[name] = made[name].activeNode;
}
`;
}

export function address(
  name: string,
  last: number,
  inputs: Record<string, unknown> = {},
): Declaration {
  return [
    "FloatingIp",
    name,
    { ip: `192.0.2.${last}`, cidrNetmask: 24, ...inputs },
  ];
}

export function service(
  name: string,
  unit: string,
  inputs: Record<string, unknown> = {},
): Declaration {
  return ["SystemdResource", name, { unit, ...inputs }];
}

export function group(
  name: string,
  members: readonly string[],
  inputs: Record<string, unknown> = {},
): Declaration {
  return ["ResourceGroup", name, { members, ...inputs }];
}

/** A service that starts and stops at once, on every node; `more` are further lines of its [Service]. */
export async function makeUnit(
  test: TestContext,
  lab: Lab,
  name: string,
  more: readonly string[] = [],
): Promise<void> {
  const path = `/etc/systemd/system/${name}.service`;
  const text = [
    ...["[Service]", "ExecStart=/bin/sleep infinity", ...more],
    ...["[Install]", "WantedBy=multi-user.target", ""],
  ].join("\n");
  const reload = "systemctl daemon-reload";
  await onEveryNode(lab, `cat >${path} <<'EOF'\n${text}EOF\n${reload}`);
  test.after(() =>
    onEveryNode(
      lab,
      `systemctl disable --quiet ${name} || true
      rm -rf ${path} ${path}.d /run/systemd/system/${name}.service.d
      systemctl daemon-reload
      systemctl kill --signal KILL ${name} || true
      systemctl reset-failed ${name} || true`,
    ),
  );
}
