import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { refuseSecondHolder } from "../../provider/src/model/addresses";
import { parseCib } from "../../provider/src/model/cib";
import { cibWith } from "./fixtures";

const holder = (id: string, ip: string, type = "IPaddr2") =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="${type}"><instance_attributes id="${id}-i"><nvpair id="${id}-ip" name="ip" value="${ip}"/></instance_attributes></primitive>`;
const look = (resources: string, ip: string) => () =>
  refuseSecondHolder(parseCib(cibWith(resources)), "mine", ip);

describe("an address that another resource holds", () => {
  test("is refused with its id, and with the way to take it over", () => {
    assert.throws(look(holder("theirs", "192.0.2.80"), "192.0.2.80"), {
      kind: "conflict",
      message:
        `mine: the cluster's resource theirs holds the address 192.0.2.80 already. Set resourceId to "theirs" to take it over, ` +
        `or remove it first ("pcs resource delete theirs"). Where it is this one under another Pulumi name, keep its id (an ` +
        `SmtpStack's: idPrefix) and name the old one in aliases. Nothing was changed.`,
    });
  });

  test("in whatever spelling, by whatever agent, in a group or a clone", () => {
    assert.throws(
      look(holder("a", "2001:DB8:0::25"), "2001:db8::25"),
      /a holds/,
    );
    assert.throws(look(holder("a", "192.0.2.80", "IPaddr"), "192.0.2.80"));
    const grouped = `<group id="g">${holder("a", "192.0.2.80")}</group>`;
    assert.throws(look(grouped, "192.0.2.80"));
    const cloned = `<clone id="c">${holder("a", "192.0.2.80")}</clone>`;
    assert.throws(look(cloned, "192.0.2.80"), /It is in the clone c: leave/);
  });

  test("is none where it is its own, another one, or only used", () => {
    look(holder("mine", "192.0.2.80"), "192.0.2.80")();
    look(holder("a", "192.0.2.81"), "192.0.2.80")();
    look(holder("a", "192.0.2.80", "IPsrcaddr"), "192.0.2.80")();
  });
});
