/** The stack that most scenarios are about, and what must be true of it. */
import assert from "node:assert/strict";
import type { Lab, Suite } from "../../../lab";
import {
  activeUnits,
  addresses,
  bootedUnits,
  configuration,
  listens,
  remembered,
  whereAre,
} from "./cluster";
import { banner } from "./prober";
import type { Sampler } from "./sampler";

const program = `
const smtp = new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask });
exports.activeNode = smtp.activeNode;
exports.address = smtp.address;
exports.endpoint = smtp.endpoint;
`;

/** Postfix's units: on Debian 12, the first is an empty wrapper of the second, which is the real one. */
const units: Record<Suite, string[]> = {
  bookworm: ["postfix", "postfix@-"],
  trixie: ["postfix"],
};

/** What every program with the stack, and every order of its steps, makes: in the spelling of `configuration`. */
const resources = (unit: string, timeout: string): string => `  <resources>
    <group id="smtp-stack">
      <primitive class="ocf" id="smtp_ip" provider="heartbeat" type="IPaddr2">
        <instance_attributes id="smtp_ip-instance_attributes">
          <nvpair id="smtp_ip-instance_attributes-cidr_netmask" name="cidr_netmask" value="24">
          <nvpair id="smtp_ip-instance_attributes-ip" name="ip" value="192.0.2.25">
        <operations>
          <op id="smtp_ip-monitor-interval-30s" interval="30s" name="monitor">
          <op id="smtp_ip-start-interval-0s" interval="0s" name="start" timeout="20s">
          <op id="smtp_ip-stop-interval-0s" interval="0s" name="stop" timeout="20s">
      <primitive class="systemd" id="smtp_service" type="${unit}">
        <operations>
          <op id="smtp_service-monitor-interval-30s" interval="30s" name="monitor">
          <op id="smtp_service-start-interval-0s" interval="0s" name="start" timeout="${timeout}">
          <op id="smtp_service-stop-interval-0s" interval="0s" name="stop" timeout="${timeout}">`;

const made: Record<Suite, string> = {
  bookworm: resources("postfix@-", "100"),
  trixie: resources("postfix", "100s"),
};

export const smtpStack = {
  program,
  members: ["smtp_ip", "smtp_service"],
  /** Everything in a program's state that is the stack's. */
  resources: ["smtp", "smtp_ip", "smtp_service", "smtp-stack"],
  madeFrom,
  serves,
  unitsAreOff,
  isGone,
};

/** The configuration that a cluster without resources has once the stack is there, and nothing else is changed. */
function madeFrom(before: string, suite: Suite): string {
  const none = "  <resources>";
  assert.ok(before.includes(`${none}\n  <`), `resources in ${before}`);
  return before.replace(none, made[suite]);
}

/** Asserts that both members run on one node, that mail is taken there at the address, and returns the node. */
async function serves(lab: Lab, asked?: string): Promise<string> {
  const node = await whereAre(lab, smtpStack.members, asked);
  const address = `${lab.floatingAddress}/${lab.cidrNetmask}`;
  const found = await addresses(lab, node);
  assert.ok(found.includes(address), `${node} holds ${found.join(", ")}`);
  assert.ok(await listens(lab, node, 25), `port 25 is closed on ${node}`);
  const said = await banner(lab);
  assert.match(said, new RegExp(`^220 ${node}\\.`));
  return node;
}

/**
 * Asserts that no node starts Postfix by itself, neither now nor at its next boot.
 *
 * @param active the nodes where Pacemaker runs it
 */
async function unitsAreOff(
  lab: Lab,
  active: readonly string[] = [],
): Promise<void> {
  const real = units[lab.suite].at(-1)!;
  const [running, booted] = await Promise.all([
    activeUnits(lab, units[lab.suite]),
    bootedUnits(lab, "postfix"),
  ]);
  for (const { name } of lab.nodes) {
    assert.deepEqual(running[name], active.includes(name) ? [real] : [], name);
    assert.deepEqual(booted[name], [], `at the next boot of ${name}`);
  }
}

/** Asserts that the cluster is what it was before, to the last attribute, and remembers nothing. */
async function isGone(
  lab: Lab,
  before: string,
  sampler?: Sampler,
): Promise<void> {
  assert.equal(await configuration(lab), before);
  assert.deepEqual(await remembered(lab), []);
  for (const { name } of lab.nodes) {
    const found = await addresses(lab, name);
    const address = `${lab.floatingAddress}/${lab.cidrNetmask}`;
    assert.ok(!found.includes(address), `${name} holds ${found.join(", ")}`);
  }
  await unitsAreOff(lab);
  if (sampler) assert.deepEqual(sampler.misplacements(), []);
}
