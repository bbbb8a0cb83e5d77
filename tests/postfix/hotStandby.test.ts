import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  parseParameters,
  whyDeclaredNotHot,
  whyNotHot,
} from "../../provider/src/postfix/hotStandby";

const ip = "192.0.2.25";

/** What a node without a reason against it says, and what is changed in it. */
const settings = (
  changed: Record<string, string>,
  services: string[] = [],
) => ({
  parameters: new Map(
    Object.entries({
      inet_interfaces: "all",
      inet_protocols: "all",
      smtp_bind_address: "",
      smtp_bind_address6: "",
      ...changed,
    }),
  ),
  services: ["smtp inet n - y - - smtpd", ...services],
});

describe("whether Postfix can stand by hot", () => {
  test("what Debian installs can", () => {
    assert.deepEqual(whyNotHot(settings({}), ip), []);
    assert.deepEqual(whyNotHot(settings({}), "2001:db8::25"), []);
  });

  for (const [name, changed, address, reason] of [
    [
      "the address by name",
      { inet_interfaces: "127.0.0.1, 192.0.2.25" },
      ip,
      /^inet_interfaces names 192\.0\.2\.25, .*does not start: set inet_interfaces = all$/,
    ],
    [
      "an IPv6 address in brackets and another spelling",
      { inet_interfaces: "[2001:DB8:0::25]" },
      "2001:db8::25",
      /^inet_interfaces names 2001:db8::25/,
    ],
    [
      "other addresses",
      { inet_interfaces: "loopback-only" },
      ip,
      /^inet_interfaces is "loopback-only", .*would not listen.*set inet_interfaces = all$/,
    ],
    [
      "the other protocol",
      { inet_protocols: "ipv4" },
      "2001:db8::25",
      /^inet_protocols is "ipv4".*set inet_protocols = all$/,
    ],
    [
      "the address to send from",
      { smtp_bind_address: ip },
      ip,
      /^smtp_bind_address is 192\.0\.2\.25, .*set it to nothing$/,
    ],
    [
      "the IPv6 address to send from",
      { smtp_bind_address6: "2001:db8:0:0::25" },
      "2001:db8::25",
      /^smtp_bind_address6 is 2001:db8::25/,
    ],
  ] as const)
    test(`not with ${name}`, () => {
      const reasons = whyNotHot(settings(changed), address);
      assert.equal(reasons.length, 1, reasons.join("\n"));
      assert.match(reasons[0]!, reason);
    });

  test("not where master.cf binds a service to the address, or sends from it", () => {
    const reasons = whyNotHot(
      settings({}, [
        "192.0.2.25:submission inet n - y - - smtpd",
        "relay unix - - y - - smtp -o smtp_bind_address=192.0.2.25",
        "192.0.2.26:smtps inet n - y - - smtpd",
        "127.0.0.1:10025 inet n - y - - smtpd",
      ]),
      ip,
    );
    assert.match(
      reasons.join("\n"),
      /^the service 192\.0\.2\.25:submission in master\.cf .*\nthe service relay in master\.cf sends from 192\.0\.2\.25.*$/,
    );
  });

  test("addresses that are not the stack's are its owner's affair", () => {
    assert.deepEqual(
      whyNotHot(settings({ smtp_bind_address: "192.0.2.11" }), ip),
      [],
    );
  });
});

test("what postconf prints", () => {
  assert.deepEqual(
    [
      ...parseParameters(
        "inet_interfaces = all\nsmtp_bind_address =\nmessage\n",
      ),
    ],
    [
      ["inet_interfaces", "all"],
      ["smtp_bind_address", ""],
    ],
  );
});

test("what is declared is judged before any node has it", () => {
  const ip = "192.0.2.25";
  const reasons = (
    main: Record<string, unknown>,
    master: Record<string, string | null> = {},
  ) => whyDeclaredNotHot(main, master, ip);
  assert.deepEqual(reasons({ inet_interfaces: ["127.0.0.1", ip] }), [
    `inet_interfaces names ${ip}, and where that is not, Postfix cannot bind to it and does not start: set inet_interfaces = all`,
  ]);
  assert.deepEqual(
    reasons({
      inet_protocols: { perNode: { "node-01": "all", "node-02": "ipv6" } },
    }),
    [
      `inet_protocols is "ipv6", so it would not listen at ${ip}: set inet_protocols = all`,
    ],
  );
  assert.deepEqual(
    reasons({}, { [`${ip}:smtp/inet`]: "n - y - - smtpd", "smtp/inet": null }),
    [
      `the service ${ip}:smtp in master.cf is bound to ${ip}, and where that is not, Postfix does not start: leave the address out there`,
    ],
  );
  assert.deepEqual(
    reasons(
      { inet_interfaces: "all", smtp_bind_address: null, relayhost: ip },
      { "submission/inet": "n - y - - smtpd" },
    ),
    [],
  );
});
