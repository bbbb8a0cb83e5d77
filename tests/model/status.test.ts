import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseStatus } from "../../provider/src/model/status";
import { fixture, suites } from "./fixtures";

for (const suite of suites)
  describe(`crm_mon of ${suite}`, () => {
    const status = (name: string) => parseStatus(fixture(suite, name));
    const resource = (name: string, id: string) =>
      status(name).resources.get(id);

    test("a healthy cluster", () => {
      const { dc, quorate, maintenance, stopAll, fencing, nodes, failures } =
        status("mon-started.xml");
      assert.deepEqual(
        { dc, quorate, maintenance, stopAll, fencing, failures },
        {
          dc: suite === "bookworm" ? "node-03" : "node-01",
          quorate: true,
          maintenance: false,
          stopAll: false,
          fencing: false,
          failures: [],
        },
      );
      assert.deepEqual(
        nodes,
        ["node-01", "node-02", "node-03"].map((name) => ({
          name,
          online: true,
          pending: false,
          standby: false,
          maintenance: false,
        })),
      );
    });

    test("started", () => {
      assert.deepEqual(resource("mon-started.xml", "smtp_ip"), {
        id: "smtp_ip",
        agent: "ocf:heartbeat:IPaddr2",
        role: "Started",
        active: true,
        orphaned: false,
        blocked: false,
        managed: true,
        failed: false,
        nodes: ["node-01"],
      });
      assert.deepEqual(
        [...status("mon-started.xml").resources.keys()],
        ["smtp_ip", "smtp_service"],
      );
    });

    test("stopped", () => {
      assert.deepEqual(resource("mon-stopped.xml", "smtp_service"), {
        id: "smtp_service",
        agent: "systemd:postfix",
        role: "Stopped",
        active: false,
        orphaned: false,
        blocked: false,
        managed: true,
        failed: false,
        nodes: [],
      });
    });

    test("a start that failed", () => {
      const found = status("mon-failed-start.xml");
      assert.equal(found.resources.get("smtp_service")?.failed, true);
      assert.equal(found.resources.get("smtp_ip")?.failed, false);
      assert.equal(found.failures.length, 1);
      const { lastChange, ...failure } = found.failures[0]!;
      assert.match(lastChange, /^2026-11-23 21:41:\d\dZ$/);
      assert.deepEqual(failure, {
        operationKey: "smtp_service_start_0",
        resource: "smtp_service",
        task: "start",
        node: "node-01",
        exitStatus: suite === "bookworm" ? "not running" : "Not running",
        exitReason: "User-injected result",
        exitCode: 7,
        status: suite === "bookworm" ? "complete" : "Done",
      });
    });

    test("a stop that failed blocks", () => {
      const found = resource("mon-failed-stop.xml", "smtp_service");
      assert.equal(found?.blocked, true);
      assert.equal(found.managed, false);
      assert.equal(found.failed, true);
      assert.equal(found.orphaned, false);
      assert.deepEqual(found.nodes, ["node-01"]);
      assert.equal(status("mon-failed-stop.xml").failures[0]?.task, "stop");
    });

    test("deleted from the configuration, and still running", () => {
      assert.equal(resource("mon-orphan.xml", "smtp_ip")?.orphaned, true);
      assert.equal(resource("mon-orphan.xml", "smtp_ip")?.blocked, false);
      assert.equal(resource("mon-orphan.xml", "smtp_service")?.blocked, true);
    });

    test("the newer word for it", () => {
      const renamed = fixture(suite, "mon-orphan.xml").replace(
        /\borphaned=/g,
        "removed=",
      );
      assert.equal(
        parseStatus(renamed).resources.get("smtp_ip")?.orphaned,
        true,
      );
    });

    test("a bundle's containers are no nodes; what is remote is one", () => {
      const guest = (name: string, resource: string) =>
        `<node name="${name}" id="${name}" online="false" pending="false" standby="false" maintenance="false" type="remote" id_as_resource="${resource}"/>`;
      const text = fixture(suite, "mon-started.xml")
        .replace(
          "</nodes>",
          `${guest("box-0", "box-podman-0")}${guest("vm", "vm_domain")}</nodes>`,
        )
        .replace(
          "</resources>",
          `<bundle id="box" type="podman"><replica id="0"><resource id="box-podman-0" resource_agent="ocf:heartbeat:podman" role="Stopped" active="false"/></replica></bundle></resources>`,
        );
      assert.deepEqual(
        parseStatus(text).nodes.map(({ name }) => name),
        [...status("mon-started.xml").nodes.map(({ name }) => name), "vm"],
      );
    });

    test("without quorum", () => {
      assert.equal(status("mon-no-quorum.xml").quorate, false);
    });

    test("without a designated controller", () => {
      const none = fixture(suite, "mon-started.xml").replace(
        /<current_dc [^>]*>/,
        `<current_dc present="false"/>`,
      );
      const found = parseStatus(none);
      assert.equal("dc" in found, false);
      assert.equal(found.quorate, false);
    });

    test("maintenance mode, a node in standby, a node that is offline", () => {
      const found = status("mon-maintenance.xml");
      assert.equal(found.maintenance, true);
      assert.deepEqual(
        found.nodes.map(({ name, online, standby }) => [name, online, standby]),
        [
          ["node-01", true, false],
          ["node-02", true, true],
          ["node-03", false, false],
        ],
      );
      assert.equal(found.resources.get("smtp_ip")?.managed, false);
    });

    test("a clone counts as one resource, which runs wherever an instance does", () => {
      const text = fixture(suite, "mon-clone.xml");
      assert.equal(parseStatus(text).resources.get("chrony")?.active, true);
      // An instance that is down is listed first.
      const first = text.replace(
        /(<resource id="chrony"[^>]*?)role="Started" active="true"([^>]*)>\s*<node [^>]*>\s*<\/resource>/,
        `$1role="Stopped" active="false"$2/>`,
      );
      assert.notEqual(first, text);
      const found = parseStatus(first).resources.get("chrony");
      assert.equal(found?.role, "Started");
      const all = parseStatus(text).resources.get("chrony");
      assert.equal(found.nodes.length, all!.nodes.length - 1);
      assert.equal(found.instances?.length, all!.instances?.length);
      assert.deepEqual(found.instances?.[0]?.nodes, []);
    });
  });

const frame = (inner: string, options = "") =>
  `<pacemaker-result><summary><current_dc present="true" name="n" with_quorum="true"/>${options}</summary>${inner}</pacemaker-result>`;

test("an operation under way", () => {
  const { resources } = parseStatus(
    frame(
      `<resources><resource id="a" role="Starting" active="true" pending="Starting"><node name="n"/></resource></resources>`,
    ),
  );
  assert.equal(resources.get("a")?.pending, "Starting");
  assert.equal(resources.get("a")?.managed, true);
});

test("a bundle's resources are found", () => {
  const { resources } = parseStatus(
    frame(
      `<resources><bundle id="b"><replica id="0"><resource id="c" role="Started" active="true"/></replica></bundle></resources>`,
    ),
  );
  assert.deepEqual([...resources.keys()], ["c"]);
});

test("cluster options", () => {
  const found = parseStatus(
    frame(
      "",
      `<cluster_options stonith-enabled="true" maintenance-mode="true" stop-all-resources="true"/>`,
    ),
  );
  assert.deepEqual(
    [found.fencing, found.maintenance, found.stopAll],
    [true, true, true],
  );
});

test("older crm_mon names a failure's operation only in its key", () => {
  const { failures } = parseStatus(
    frame(
      `<failures><failure op_key="my_own_ip_monitor_10000" node="n" exitcode="7"/></failures>`,
    ),
  );
  assert.equal(failures[0]?.resource, "my_own_ip");
  assert.equal(failures[0]?.task, "monitor");
  assert.equal(failures[0]?.exitReason, "");
});

test("a joining node is pending", () => {
  const { nodes } = parseStatus(
    frame(
      `<nodes><node name="n" online="true" pending="true" maintenance="true"/></nodes>`,
    ),
  );
  assert.deepEqual(nodes, [
    {
      name: "n",
      online: true,
      pending: true,
      standby: false,
      maintenance: true,
    },
  ]);
});

test("what is not crm_mon's is refused", () => {
  assert.throws(() => parseStatus(fixture("trixie", "cib-smtp.xml")), {
    message: "expected crm_mon's summary, found <cib>",
  });
  assert.throws(() => parseStatus("crm_mon: Connection refused"), Error);
});
