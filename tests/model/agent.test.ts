import assert from "node:assert/strict";
import test from "node:test";
import { parseValidation } from "../../provider/src/model/agent";

/** As Pacemaker 2.1.5 and 3.0.0 print it for IPaddr2. */
const printed = (code: number, reason: string, stderr: string): string =>
  `<pacemaker-result api-version="2.25" request="crm_resource --validate">
  <resource-agent-action action="validate" class="ocf" type="IPaddr2" provider="heartbeat">
    <overrides/>
    <agent-status code="${code}" message="-" execution_code="0" execution_message="complete"${reason}/>
    ${stderr === "" ? "" : `<command code="${code}">\n      <output source="stderr">${stderr}</output>\n    </command>`}
  </resource-agent-action>
  <status code="${code}" message="-"/>
</pacemaker-result>`;

test("options that an agent takes", () => {
  assert.deepEqual(parseValidation(printed(0, "", "")), {
    isValid: true,
    reason: "",
    isMissing: false,
  });
});

test("an agent's sentence, without the date and what IPaddr2 calls its own function", () => {
  const text = printed(
    6,
    ' reason="[findif] failed"',
    'Nov 26 16:13:01 ERROR: Invalid interface name [eth9]: Device "eth9" does not exist.\nocf-exit-reason:[findif] failed\n',
  );
  assert.deepEqual(parseValidation(text), {
    isValid: false,
    reason: 'Invalid interface name [eth9]: Device "eth9" does not exist.',
    isMissing: false,
  });
});

test("a reason that stands in the status and in what was printed is told once", () => {
  const text = printed(
    6,
    ' reason="Invalid OCF_RESKEY_arp_count [abc]"',
    "ocf-exit-reason:Invalid OCF_RESKEY_arp_count [abc]\n",
  );
  assert.equal(
    parseValidation(text)?.reason,
    "Invalid OCF_RESKEY_arp_count [abc]",
  );
});

test("an agent that is not installed, or lacks a program", () => {
  const unknown =
    '<pacemaker-result><status code="64" message="Incorrect usage"><errors>' +
    "<error>crm_resource: ocf:heartbeat:NoSuch is not a known resource</error></errors></status></pacemaker-result>";
  assert.equal(parseValidation(unknown)?.isMissing, true);
  assert.equal(parseValidation(printed(5, "", ""))?.isMissing, true);
});

test("what is no agent's verdict tells nothing", () => {
  assert.equal(parseValidation(""), undefined);
  assert.equal(parseValidation("crm_resource: unknown option"), undefined);
  assert.equal(
    parseValidation(
      '<pacemaker-result><status code="102" message="Not connected"/></pacemaker-result>',
    ),
    undefined,
  );
});
