import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseDuration } from "../../provider/src/model/duration";
import { parsePrefix, sameValue } from "../../provider/src/model/values";

describe("values that mean the same", () => {
  const same: [name: string, found: string, declared: string][] = [
    ["cidr_netmask", "255.255.255.0", "24"],
    ["cidr_netmask", "255.255.255.255", "32"],
    ["cidr_netmask", "128.0.0.0", "1"],
    ["cidr_netmask", "24", "255.255.255.0"],
    ["ip", "2001:DB8:0::25", "2001:db8::25"],
    ["ip", "::ffff:192.0.2.1", "::ffff:c000:201"],
    ["timeout", "60", "60s"],
    ["timeout", "PT1M", "60s"],
    ["timeout", "PT30S", "30s"],
    ["timeout", "P1DT1S", "86401s"],
    ["timeout", "1Min", "60s"],
    ["timeout", "2000MS", "2s"],
    ["is-managed", "yes", "true"],
    ["is-managed", "1", "true"],
    ["is-managed", "OFF", "false"],
  ];
  for (const [name, found, declared] of same)
    test(`${name}: ${found} and ${declared}`, () => {
      assert.ok(sameValue(name, found, declared));
    });
});

describe("values that do not", () => {
  const other: [name: string, found: string | undefined, declared: string][] = [
    ["cidr_netmask", undefined, "24"],
    ["cidr_netmask", "255.255.0.0", "24"],
    ["cidr_netmask", "255.0.255.0", "24"],
    ["arp_count", "024", "24"],
    ["arp_count", "1", "01"],
    ["ip", "192.0.2.1", "192.0.2.2"],
    ["timeout", "PT", "0s"],
    ["timeout", "soon", "60s"],
    ["is-managed", "yes", "false"],
    ["x-note", "YES!", "yes"],
  ];
  for (const [name, found, declared] of other)
    test(`${name}: ${found} and ${declared}`, () => {
      assert.ok(!sameValue(name, found, declared));
    });
});

test("a prefix is bits, or a netmask without holes", () => {
  assert.equal(parsePrefix("255.255.255.128"), 25);
  assert.equal(parsePrefix("0.0.0.0"), 0);
  assert.equal(parsePrefix("64"), 64);
  assert.equal(parsePrefix("255.0.0.255"), undefined);
  assert.equal(parsePrefix("eth0"), undefined);
});

test("a period of ISO 8601 is a duration, one of months is none that can be told", () => {
  assert.equal(parseDuration("PT1H30M"), 5_400_000);
  assert.equal(parseDuration("P1W"), 604_800_000);
  assert.equal(parseDuration("P1M"), undefined);
  assert.equal(parseDuration("P"), undefined);
});
