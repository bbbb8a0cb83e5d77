import test from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import { isNamedBy, managersIn } from "../../provider/src/model/managers";
import { cibWith } from "./fixtures";

const primitive = (id: string, agent: string, options = ""): string => {
  const [standard, ...rest] = agent.split(":");
  const [provider, type] =
    standard === "ocf" ? rest : [undefined, rest.join(":")];
  return (
    `<primitive id="${id}" class="${standard}" ${provider ? `provider="${provider}" ` : ""}type="${type}">` +
    `${options && `<instance_attributes id="${id}-o">${options}</instance_attributes>`}</primitive>`
  );
};

/** What manages a unit of that name, in words. */
function managersOf(unit: string, resources: string): string[] {
  return managersIn(parseCib(cibWith(resources)), "own")
    .filter((manager) => isNamedBy(manager, new Set([unit])))
    .map(({ id, kind }) => `${id} ${kind}`);
}

for (const [agent, unit] of [
  ["systemd:demo", "demo.service"],
  ["systemd:demo.service", "demo.service"],
  ["service:demo", "demo.service"],
  ["lsb:demo", "demo.service"],
  ["systemd:postfix@-", "postfix@-.service"],
  ["systemd:org.example.demo", "org.example.demo.service"],
] as const)
  test(`${agent} manages ${unit}, wherever it stands`, () => {
    for (const wrap of [
      (text: string) => text,
      (text: string) => `<group id="g">${text}</group>`,
      (text: string) => `<clone id="c">${text}</clone>`,
      (text: string) => `<clone id="c"><group id="g">${text}</group></clone>`,
    ])
      assert.deepEqual(managersOf(unit, wrap(primitive("other", agent))), [
        "other unit",
      ]);
    assert.deepEqual(
      managersOf("demos.service", primitive("other", agent)),
      [],
    );
    assert.deepEqual(managersOf(unit, primitive("own", agent)), []);
  });

test("agents that run a daemon which is a unit too", () => {
  for (const [agent, unit, kind] of [
    ["ocf:heartbeat:postfix", "postfix.service", "daemon"],
    ["ocf:heartbeat:postfix", "postfix@-.service", "daemon"],
    ["ocf:heartbeat:nginx", "nginx.service", "perhaps"],
    ["ocf:heartbeat:apache", "apache2.service", "perhaps"],
    ["ocf:heartbeat:apache", "httpd.service", "perhaps"],
    ["ocf:heartbeat:named", "named.service", "perhaps"],
    ["ocf:heartbeat:mysql", "mariadb.service", "perhaps"],
    ["ocf:heartbeat:mariadb", "mariadb.service", "perhaps"],
    ["ocf:heartbeat:galera", "mysql.service", "perhaps"],
    ["ocf:heartbeat:pgsql", "postgresql@15-main.service", "perhaps"],
    ["ocf:heartbeat:pgsqlms", "postgresql-16.service", "perhaps"],
    ["ocf:heartbeat:dovecot", "dovecot.service", "perhaps"],
    ["ocf:percona:mysql", "mysql.service", "perhaps"],
  ] as const)
    assert.deepEqual(managersOf(unit, primitive("other", agent)), [
      `other ${kind}`,
    ]);
  for (const agent of ["ocf:heartbeat:IPaddr2", "ocf:heartbeat:Filesystem"])
    assert.deepEqual(managersOf("nginx.service", primitive("a", agent)), []);
});

test("a Postfix with a configuration of its own is another one", () => {
  const other = (folder: string) =>
    primitive(
      "other",
      "ocf:heartbeat:postfix",
      `<nvpair id="n" name="config_dir" value="${folder}"/>`,
    );
  assert.deepEqual(managersOf("postfix.service", other("/etc/postfix")), [
    "other daemon",
  ]);
  assert.deepEqual(managersOf("postfix@-.service", other("/etc/postfix-out")), [
    "other perhaps",
  ]);
});

test("a template gives the agent, and in a container are other units", () => {
  const template = `<template id="t" class="systemd" type="demo"/><primitive id="other" template="t"/>`;
  assert.deepEqual(managersOf("demo.service", template), ["other unit"]);
  const bundle = `<bundle id="b"><docker image="i"/>${primitive("other", "systemd:demo")}</bundle>`;
  assert.deepEqual(managersOf("demo.service", bundle), []);
});
