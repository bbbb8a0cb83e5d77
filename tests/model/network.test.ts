import test, { describe } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  listensOn,
  parseAddresses,
  sameAddress,
} from "../../provider/src/model/network";
import { fixture, suites } from "./fixtures";

for (const suite of suites)
  describe(suite, () => {
    test("the addresses of a real node", () => {
      const linkLocal =
        suite === "bookworm"
          ? "fe80::c6a:44ff:fe36:6f34"
          : "fe80::475:d8ff:fe46:c5a3";
      assert.deepEqual(parseAddresses(fixture(suite, "ip-address.txt")), [
        { ip: "127.0.0.1", prefix: 8, nic: "lo" },
        { ip: "::1", prefix: 128, nic: "lo" },
        { ip: "192.0.2.11", prefix: 24, nic: "eth0" },
        { ip: linkLocal, prefix: 64, nic: "eth0" },
      ]);
    });

    test("the listeners of a real node", () => {
      const tables = fixture(suite, "tcp.txt");
      assert.equal(listensOn(tables, 22, []), true);
      assert.equal(
        listensOn(tables, 2224, ["192.0.2.25", "2001:db8::1"]),
        true,
      );
      assert.equal(listensOn(tables, 25, []), suite === "trixie");
      assert.equal(listensOn(tables, 8, []), false);
    });
  });

test("an interface without an address", () => {
  assert.deepEqual(parseAddresses(`[{"ifname":"eth1"},{}]`), []);
});

function line(local: string, state = "0A"): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 1 1 0 100 0 0 10 0\n`;
}
const head =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n";

test("a listener at one address answers at that one only", () => {
  const little = head + line("190200C0:0019"); // 192.0.2.25:25 on x86
  const big = head + line("C0000219:0019"); // and on s390x
  for (const tables of [little, big]) {
    assert.equal(listensOn(tables, 25, ["192.0.2.25"]), true);
    assert.equal(listensOn(tables, 25, ["192.0.2.26"]), false);
    assert.equal(listensOn(tables, 25, ["192.0.2.25", "192.0.2.26"]), false);
    assert.equal(listensOn(tables, 25, []), true);
    assert.equal(listensOn(tables, 26, ["192.0.2.25"]), false);
  }
});

test("a listener at one IPv6 address, however it is spelled", () => {
  const tables = head + line("B80D0120000000000000000025000000:0019"); // 2001:db8::25
  for (const ip of ["2001:db8::25", "2001:0DB8:0:0::0:25"])
    assert.equal(listensOn(tables, 25, [ip]), true, ip);
  assert.equal(listensOn(tables, 25, ["2001:db8::26"]), false);
  assert.equal(listensOn(tables, 25, ["192.0.2.25"]), false);
});

test("an IPv6 socket at all addresses answers at IPv4 addresses too", () => {
  const tables = head + line("00000000000000000000000000000000:0019");
  assert.equal(listensOn(tables, 25, ["192.0.2.25", "2001:db8::25"]), true);
});

test("an IPv4 socket at all addresses does not answer at an IPv6 address", () => {
  const tables = head + line("00000000:0019");
  assert.equal(listensOn(tables, 25, ["192.0.2.25"]), true);
  assert.equal(listensOn(tables, 25, ["2001:db8::25"]), false);
});

test("an IPv4 address in an IPv6 socket", () => {
  const tables = head + line("0000000000000000FFFF0000190200C0:0019");
  assert.equal(listensOn(tables, 25, ["192.0.2.25"]), true);
  assert.equal(listensOn(tables, 25, ["192.0.2.26"]), false);
});

test("a connection is no listener", () => {
  for (const state of ["01", "06", "08"])
    assert.equal(listensOn(head + line("00000000:0019", state), 25, []), false);
});

test("nothing listens in empty tables", () => {
  assert.equal(listensOn("", 25, []), false);
  assert.equal(listensOn(`${head}\n${head}`, 25, ["192.0.2.25"]), false);
});

test("any address is found in the table that the kernel would print for it", () => {
  const kernel = (bytes: readonly number[]): string => {
    const buffer = Buffer.from(bytes).swap32();
    return buffer.toString("hex").toUpperCase();
  };
  const ipv4 = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
  const ipv6 = fc.array(fc.constantFrom(0, 0, 1, 0x20, 0xff), {
    minLength: 16,
    maxLength: 16,
  });
  const spell = (bytes: readonly number[]): string =>
    bytes.length === 4
      ? bytes.join(".")
      : Array.from({ length: 8 }, (_, index) =>
          (bytes[2 * index]! * 256 + bytes[2 * index + 1]!).toString(16),
        ).join(":");
  fc.assert(
    fc.property(
      fc.oneof(ipv4, ipv6),
      fc.integer({ min: 1, max: 65535 }),
      (bytes, port) => {
        const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
        const tables = head + line(`${kernel(bytes)}:${hexPort}`);
        assert.equal(listensOn(tables, port, [spell(bytes)]), true);
      },
    ),
  );
});

test("one address has several spellings", () => {
  for (const [a, b, same] of [
    ["192.0.2.25", "192.0.2.25", true],
    ["192.0.2.25", "192.0.2.26", false],
    ["2001:db8::25", "2001:DB8:0:0:0:0:0:25", true],
    ["2001:db8::25", "2001:db8::26", false],
    ["::1", "127.0.0.1", false],
  ] as const)
    assert.equal(sameAddress(a, b), same, `${a} ${b}`);
});
