import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import {
  alertIn,
  planAlert,
  removeAlert,
  type DeclaredAlert,
} from "../../provider/src/plan/alert";
import { shown } from "../../provider/src/pcs/commands";
import { cibWith } from "../model/fixtures";

const cib = parseCib(
  cibWith(
    `<primitive id="a" class="ocf" provider="pacemaker" type="Dummy"/>`,
  ).replace(
    "</configuration>",
    `<alerts><alert id="mail" path="/opt/mail" description="on call">
       <select><select_nodes/></select>
       <instance_attributes id="mail-options"><nvpair id="mail-from" name="from" value="x"/><nvpair id="mail-theirs" name="theirs" value="1"/></instance_attributes>
       <recipient id="mail-recipient" value="one@mail.example"><meta_attributes id="r-meta"><nvpair id="r-timeout" name="timeout" value="10s"/></meta_attributes></recipient>
       <recipient id="theirs" value="two@mail.example"/>
     </alert></alerts></configuration>`,
  ),
);

const recipient = (value: string, meta = {}, options = {}) => ({
  ...{ value, meta, options },
});
const declared: DeclaredAlert = {
  ...{ id: "mail", path: "/opt/mail", description: "on call" },
  ...{ options: { from: "x" }, meta: {} },
  recipients: [recipient("one@mail.example", { timeout: "10s" })],
};

const commands = (
  given: Partial<DeclaredAlert>,
  previous?: Partial<DeclaredAlert>,
  adopts = false,
) =>
  planAlert(
    cib,
    { ...declared, ...given },
    previous && { ...declared, ...previous },
    adopts,
  );
const plan = (...given: Parameters<typeof commands>) =>
  commands(...given).map((command) => command.join(" "));

const written = (text: string) =>
  `cibadmin --modify --allow-create --xml-text <configuration><alerts>${text}</alerts></configuration>`;
const gone = (xpath: string) =>
  `cibadmin --delete-all --force --xpath //alerts${xpath}`;

describe("an alert", () => {
  test("is made with its recipients; no option's value is shown", () => {
    const made = commands({
      ...{
        id: "new",
        options: { password: "canary" },
        meta: { timeout: "9s" },
      },
      recipients: [recipient("a"), recipient("b", {}, { x: "1" })],
    });
    assert.deepEqual(
      made.map((command) => command.join(" ")),
      [
        written(
          `<alert id="new" path="/opt/mail" description="on call">` +
            `<instance_attributes id="new-instance_attributes"><nvpair id="new-instance_attributes-password" name="password" value="canary"/></instance_attributes>` +
            `<meta_attributes id="new-meta_attributes"><nvpair id="new-meta_attributes-timeout" name="timeout" value="9s"/></meta_attributes>` +
            `<recipient id="new-recipient" value="a"></recipient>` +
            `<recipient id="new-recipient-1" value="b"><instance_attributes id="new-recipient-1-instance_attributes"><nvpair id="new-recipient-1-instance_attributes-x" name="x" value="1"/></instance_attributes></recipient></alert>`,
        ),
      ],
    );
    assert.doesNotMatch(made.map((one) => shown(one)).join(), /canary/);
  });

  test("is left as it is where all that is declared is the same", () => {
    assert.deepEqual(plan({}), []);
    assert.deepEqual(plan({ description: undefined, options: {} }), []);
  });

  test("is changed where ours differ: what others have added stays", () => {
    assert.deepEqual(
      plan(
        { path: "/opt/new", options: {}, recipients: [recipient("three")] },
        {},
      ),
      [
        written(
          `<alert id="mail" path="/opt/new"><recipient id="mail-recipient-1" value="three"></recipient></alert>`,
        ),
        gone(`//nvpair[@id="mail-from"]`),
        gone(`/alert/recipient[@id="mail-recipient"]`),
      ],
    );
    assert.deepEqual(
      plan(
        { recipients: [recipient("one@mail.example", { timeout: "20s" })] },
        {},
      ),
      [
        written(
          `<alert id="mail" path="/opt/mail"><recipient id="mail-recipient" value="one@mail.example">` +
            `<meta_attributes id="r-meta"><nvpair id="r-timeout" name="timeout" value="20s"/></meta_attributes></recipient></alert>`,
        ),
      ],
    );
  });

  test("that somebody has made is refused where it differs, without an option's value", () => {
    const other = {
      ...{ path: "/opt/x", options: { from: "canary" } },
      recipients: [
        recipient("one@mail.example", { timeout: "1s" }),
        recipient("z"),
      ],
    };
    assert.throws(
      () => plan(other),
      (error: Error) =>
        !error.message.includes("canary") &&
        /- its path is \/opt\/mail, declared is \/opt\/x\n- its option from is another one\n- the recipient one@mail\.example's timeout is 10s, declared is 1s\n- it has no recipient z\n/.test(
          error.message,
        ),
    );
    assert.equal(plan(other, undefined, true).length, 1);
    assert.throws(() => plan({ id: "a" }), /a: .* already, for a <primitive>/);
  });

  test("goes", () => {
    assert.deepEqual(
      removeAlert(cib, "mail").map((command) => command.join(" ")),
      [gone(`/alert[@id="mail"]`)],
    );
    assert.deepEqual(removeAlert(cib, "gone"), []);
    assert.equal(alertIn(cib, "mail")?.recipients.length, 2);
  });
});
