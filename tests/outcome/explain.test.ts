import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import {
  explainNotStarted,
  explainNotStopped,
} from "../../provider/src/cluster/outcome/explain";
import { parseStatus } from "../../provider/src/model/status";
import { cibWith, fixture, suites } from "../model/fixtures";

const members = ["smtp_ip", "smtp_service"];
const lines = (...texts: string[]) =>
  texts.map((text) => `- ${text}`).join("\n");

for (const suite of suites)
  describe(suite, () => {
    const cib = parseCib(fixture(suite, "cib-smtp.xml"));
    const status = (name: string) => parseStatus(fixture(suite, name));
    const notRunning = suite === "bookworm" ? "not running" : "Not running";
    const error = suite === "bookworm" ? "error" : "Error occurred";

    test("a start that failed", () => {
      assert.equal(
        explainNotStarted(status("mon-failed-start.xml"), cib, members),
        lines(
          "smtp_ip is Started on node-01",
          "smtp_service is Started on node-01 (failed)",
          `smtp_service failed to start on node-01: ${notRunning} ("User-injected result"), exit code 7; ` +
            `see "journalctl -u postfix" on node-01`,
        ),
      );
    });

    test("nothing is wrong but that they are stopped", () => {
      assert.equal(
        explainNotStarted(status("mon-stopped.xml"), cib, members),
        lines("smtp_ip is Stopped", "smtp_service is Stopped"),
      );
    });

    test("maintenance, standby and offline nodes", () => {
      assert.equal(
        explainNotStarted(status("mon-maintenance.xml"), cib, ["smtp_ip"]),
        lines(
          "smtp_ip is Started on node-01 (unmanaged)",
          `the cluster is in maintenance mode: "pcs property set maintenance-mode=false" ends it`,
          "offline: node-03",
          `in standby: node-02 ("pcs node unstandby NODE")`,
        ),
      );
    });

    test("no quorum, with what the cluster does then", () => {
      const lost = { ...status("mon-stopped.xml"), quorate: false };
      for (const [found, policy] of [
        [lost, "stop"],
        [{ ...lost, quorumPolicy: "freeze" }, "freeze"],
      ] as const)
        assert.equal(
          explainNotStarted(found, cib, ["smtp_ip"]),
          lines(
            "smtp_ip is Stopped",
            "the nodes that are left have no quorum, and without it the cluster runs nothing (no-quorum-policy is " +
              `${policy})`,
          ),
        );
    });

    test("a stop that failed", () => {
      assert.equal(
        explainNotStopped(status("mon-failed-stop.xml"), cib, ["smtp_service"]),
        lines(
          "smtp_service is Started on node-01 (failed, blocked, unmanaged)",
          `smtp_service failed to stop on node-01: ${error} ("User-injected result"), exit code 1; ` +
            `see "journalctl -u postfix" on node-01`,
        ),
      );
    });

    test("a stop that maintenance mode holds back", () => {
      assert.equal(
        explainNotStopped(status("mon-maintenance.xml"), cib, ["smtp_ip"]),
        lines(
          "smtp_ip is Started on node-01 (unmanaged)",
          `the cluster is in maintenance mode: "pcs property set maintenance-mode=false" ends it`,
        ),
      );
    });

    test("what is no longer in the configuration", () => {
      assert.equal(
        explainNotStopped(status("mon-orphan.xml"), cib, ["smtp_ip"]),
        lines("smtp_ip is Started on node-01 (no longer in the configuration)"),
      );
    });
  });

test("a resource that the status does not know", () => {
  const status = parseStatus(fixture("trixie", "mon-started.xml"));
  const cib = parseCib(fixture("trixie", "cib-smtp.xml"));
  const text = lines("web is unknown to the cluster's status");
  assert.equal(explainNotStarted(status, cib, ["web"]), text);
  assert.equal(explainNotStopped(status, cib, ["web"]), text);
});

test("no fencing device, although fencing is wanted", () => {
  const status = parseStatus(
    fixture("bookworm", "mon-stopped.xml").replace(
      `stonith-enabled="false"`,
      `stonith-enabled="true"`,
    ),
  );
  const without = parseCib(fixture("bookworm", "cib-smtp.xml"));
  assert.equal(
    explainNotStarted(status, without, ["smtp_ip"]),
    lines(
      "smtp_ip is Stopped",
      `stonith-enabled is true and there is no fencing device, so Pacemaker starts nothing: define a fencing device ` +
        `("pcs stonith create")`,
    ),
  );
  const fenced = parseCib(
    cibWith(`<primitive id="fence" class="stonith" type="fence_xvm"/>`),
  );
  assert.equal(
    explainNotStarted(status, fenced, ["smtp_ip"]),
    lines("smtp_ip is Stopped"),
  );
});

test("stop-all-resources", () => {
  const status = parseStatus(
    fixture("bookworm", "mon-stopped.xml").replace(
      `stop-all-resources="false"`,
      `stop-all-resources="true"`,
    ),
  );
  assert.equal(
    explainNotStarted(status, parseCib(fixture("bookworm", "cib-smtp.xml")), [
      "smtp_ip",
    ]),
    lines(
      "smtp_ip is Stopped",
      `stop-all-resources is set: "pcs property unset stop-all-resources"`,
    ),
  );
});

test("disabled by an operator: the resource, or its group", () => {
  const role = (id: string) =>
    `<meta_attributes id="${id}-meta"><nvpair id="${id}-role" name="target-role" value="Stopped"/></meta_attributes>`;
  const status = parseStatus(fixture("bookworm", "mon-stopped.xml"));
  const ip = `<primitive id="smtp_ip" class="ocf" provider="heartbeat" type="IPaddr2">`;
  const byItself = parseCib(cibWith(`${ip}${role("smtp_ip")}</primitive>`));
  assert.equal(
    explainNotStarted(status, byItself, ["smtp_ip"]),
    lines(
      "smtp_ip is Stopped",
      `smtp_ip is disabled by an operator (target-role=Stopped); left so. "pcs resource enable smtp_ip" ends it`,
    ),
  );
  const byGroup = parseCib(
    cibWith(`<group id="g">${ip}</primitive>${role("g")}</group>`),
  );
  assert.equal(
    explainNotStarted(status, byGroup, ["smtp_ip"]),
    lines(
      "smtp_ip is Stopped",
      `g is disabled by an operator (target-role=Stopped); left so. "pcs resource enable g" ends it`,
    ),
  );
});

test("an operation that timed out, without words of the agent's", () => {
  const status = parseStatus(
    fixture("bookworm", "mon-failed-start.xml")
      .replace(`exitreason="User-injected result"`, `exitreason=""`)
      .replace(`exitstatus="not running"`, `exitstatus="error"`)
      .replace(`exitcode="7"`, `exitcode="1"`)
      .replace(`status="complete" last`, `status="Timed Out" last`),
  );
  assert.equal(
    explainNotStarted(status, parseCib(fixture("bookworm", "cib-smtp.xml")), [
      "smtp_service",
    ]),
    lines(
      "smtp_service is Started on node-01 (failed)",
      `smtp_service failed to start on node-01: error, exit code 1, Timed Out; ` +
        `see "journalctl -u postfix" on node-01`,
    ),
  );
});

test("an agent that is no systemd unit writes into the cluster's log", () => {
  const status = parseStatus(
    fixture("bookworm", "mon-failed-start.xml").replace(
      "smtp_service_start_0",
      "smtp_ip_start_0",
    ),
  );
  assert.equal(
    explainNotStarted(status, parseCib(fixture("bookworm", "cib-smtp.xml")), [
      "smtp_ip",
    ]),
    lines(
      "smtp_ip is Started on node-01",
      `smtp_ip failed to start on node-01: not running ("User-injected result"), exit code 7; ` +
        `see the cluster's log on node-01`,
    ),
  );
});
