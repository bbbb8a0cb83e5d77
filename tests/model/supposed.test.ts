import assert from "node:assert/strict";
import { test } from "node:test";
import { supposeService } from "../../provider/src/model/supposed";

const cib = (resources: string, status = "<status/>") =>
  `<cib><configuration><resources>${resources}</resources><acls><resources/></acls></configuration>${status}</cib>`;
const suppose = (
  text: string,
  service: { id: string; unit: string; group?: string },
) => supposeService(text, service);
const web = { id: "web", unit: "nginx" };
const made = `<primitive id="web" class="systemd" type="nginx"/>`;
const address = `<primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"/>`;

test("a service that is not there yet stands alone, in a new group, or last in its group", () => {
  assert.equal(suppose(cib(address), web), cib(`${address}${made}`));
  assert.equal(
    suppose(cib(address), { ...web, group: "g" }),
    cib(`${address}<group id="g">${made}</group>`),
  );
  assert.equal(
    suppose(cib(`<group id="g">${address}</group>`), { ...web, group: "g" }),
    cib(`<group id="g">${address}${made}</group>`),
  );
  // An id that something else has is no group's.
  assert.equal(
    suppose(cib(address), { ...web, group: "ip" }),
    cib(`${address}${made}`),
  );
});

test("one that is there has the unit, and waits no longer; what an operator has disabled stays so", () => {
  const pair = (name: string, value: string) =>
    `<nvpair name="${name}" value="${value}"/>`;
  const role = pair("target-role", "Stopped");
  const member = (id: string, unit: string, pairs: string) =>
    `<primitive id="${id}" class="systemd" type="${unit}"><meta_attributes id="${id}-m"${pairs === "" ? "/>" : `>${pairs}</meta_attributes>`}</primitive>`;
  const group = (inner: string) => cib(`<group id="g">${inner}</group>`);
  assert.equal(
    suppose(
      group(
        member("web", "old", role + pair("pulumi-staged", "g")) +
          member("last", "one", role),
      ),
      { ...web, group: "g" },
    ),
    group(member("web", "nginx", "") + member("last", "one", role)),
  );
});

test("failures of what would start with it are forgotten, and no others", () => {
  const status = (names: string[], kept: string[]) =>
    `<status><node_state id="1"><transient_attributes id="1">` +
    names.map((name) => `<nvpair name="${name}" value="1"/>`).join("") +
    `</transient_attributes><lrm>${kept.map((id) => `<lrm_resource id="${id}"/>`).join("")}</lrm></node_state></status>`;
  const resources = `<group id="g">${address}${made}</group>`;
  assert.equal(
    suppose(
      cib(
        resources,
        status(
          [
            "fail-count-ip#start_0",
            "last-failure-ip#start_0",
            "fail-count-ip2#start_0",
          ],
          ["ip", "web", "ip2"],
        ),
      ),
      { ...web, group: "g" },
    ),
    cib(resources, status(["fail-count-ip2#start_0"], ["web", "ip2"])),
  );
});
