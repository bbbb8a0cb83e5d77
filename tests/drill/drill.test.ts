import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseToken } from "../../provider/src/cluster/drill/target";
import {
  longestPause,
  servedPieces,
  type Probe,
} from "../../provider/src/drill/outage";
import { parseJournal, phasesOf } from "../../provider/src/drill/phases";
import {
  asJson,
  asText,
  type DrillReport,
} from "../../provider/src/drill/report";
import { asSvg } from "../../provider/src/drill/svg";
import { parseOutcome } from "../../provider/src/model/simulated";

/** As two nodes of Pacemaker 2.1.5 have logged a standby. */
const journal = `1795713115.361405 node-03 pacemaker-controld[65]:  notice: State transition S_IDLE -> S_POLICY_ENGINE
1795713115.385608 node-01 pacemaker-controld[65]:  notice: Requesting local execution of stop operation for smtp_service on node-01
1795713117.725480 node-01 pacemaker-controld[65]:  notice: Result of stop operation for smtp_service on node-01: ok
1795713117.735381 node-01 pacemaker-controld[65]:  notice: Requesting local execution of stop operation for smtp_ip on node-01
1795713117.873312 node-01 pacemaker-controld[65]:  notice: Result of stop operation for smtp_ip on node-01: ok
1795713117.921161 node-02 pacemaker-controld[66]:  notice: Requesting local execution of start operation for smtp_ip on node-02
1795713118.143335 node-02 pacemaker-controld[66]:  notice: Result of start operation for smtp_ip on node-02: ok
1795713118.248516 node-02 pacemaker-controld[66]:  notice: Requesting local execution of start operation for smtp_service on node-02
1795713120.702142 node-02 postfix/master[2648]: daemon started -- version 3.7.11, configuration /etc/postfix
1795713122.606459 node-02 pacemaker-controld[66]:  notice: Result of start operation for smtp_service on node-02: ok
1795713206.548923 node-01 postfix/master[2690]: daemon started -- version 3.7.11, configuration /run/pulumi-pacemaker-drain
`;

const failover = {
  ...{ fault: 1795713115.1, served: 1795713120.9 },
  ...{ address: "smtp_ip", service: "smtp_service" },
  history: parseJournal(journal),
};

const rounded = (phases: ReturnType<typeof phasesOf>) =>
  phases.map(
    ({ name, from, to }) =>
      [name, Math.round((to - from) * 100) / 100] as const,
  );

describe("the phases of a failover", () => {
  test("are those of Pacemaker's log, and what Postfix and the client say at the end", () => {
    assert.deepEqual(rounded(phasesOf(failover)), [
      ["detect", 0.29],
      ["stop", 2.49],
      ["address", 0.27],
      ["start", 2.56],
      ["banner", 0.2],
    ]);
  });

  test("leave out what did not happen, and what is of others", () => {
    const operations = failover.history.operations.filter(
      ({ resource }) => resource !== "smtp_ip",
    );
    const daemons: never[] = [];
    const alone = phasesOf({ ...failover, history: { operations, daemons } });
    assert.deepEqual(
      alone.map(({ name }) => name),
      ["detect", "stop", "banner"],
    );
    const other = { ...failover, address: "web_ip", service: "web" };
    assert.deepEqual(
      phasesOf(other).map(({ name }) => name),
      ["start", "banner"],
    );
  });

  test("are no part of what came before the fault", () => {
    const later = { ...failover, fault: 1795713117.9, served: 1795713121 };
    assert.deepEqual(
      phasesOf(later).map(({ name }) => name),
      ["detect", "address", "start", "banner"],
    );
  });
});

const probe = (ended: number, ok = true): Probe => ({
  began: ended - 5,
  ended,
  ok,
});
const probes = [
  ...[probe(100), probe(120), probe(140), probe(160, false)],
  ...[probe(180, false), probe(1200), probe(1220)],
];

test("an outage is the longest pause between two answers, whenever the attempts ended", () => {
  assert.deepEqual(longestPause(probes, 130), { from: 140, to: 1200 });
  assert.deepEqual(longestPause([...probes].reverse(), 130), {
    from: 140,
    to: 1200,
  });
  assert.equal(longestPause([probe(1), probe(2, false)], 0), undefined);
  assert.deepEqual(servedPieces(probes, 250), [
    { from: 100, to: 140 },
    { from: 1200, to: 1220 },
  ]);
});

const report: DrillReport = {
  ...{ kind: "standby", target: "smtp-stack", address: "192.0.2.25", port: 25 },
  ...{ from: "node-01", to: "node-02", fault: 1795713115100 },
  outage: { from: 1795713115500, to: 1795713120900 },
  onReturn: { from: 1795713125000, to: 1795713125040 },
  phases: phasesOf(failover),
  ...{ probes: 400, failedProbes: 200, sessionsReset: 1 },
  mail: {
    ...{ sent: 20, accepted: 9, refused: 1, unanswered: 10, delivered: 7 },
    queued: { "node-01": 2 },
  },
  bounds: { monitorIntervalMs: 30_000, tokenMs: 3650, consensusMs: 4380 },
};

test("a report is a table for a person, and milliseconds for a program", () => {
  assert.equal(
    asText(report),
    `standby: smtp-stack (192.0.2.25:25) from node-01 to node-02
outage, as a client saw it  5.40 s
  detect                    0.29 s
  stop                      2.49 s
  address                   0.27 s
  start                     2.56 s
  banner                    0.20 s
after it was put back       0.04 s
sessions reset              1
mail                        20 sent, 9 accepted, 1 refused, 10 without an answer
  delivered, or on its way  7
  in the queue of node-01   2
detected                    at once: the cluster itself is told
`,
  );
  const json = asJson(report) as Record<string, unknown>;
  assert.equal(json.outageMs, 5400);
  assert.equal(json.outageBeganMs, 400);
  assert.deepEqual(json.phases, {
    ...{ detect: 286, stop: 2488, address: 270, start: 2559, banner: 198 },
  });
  assert.match(
    asText({ ...report, kind: "cut" }),
    /detected within +8.03 s: corosync's token and consensus/,
  );
  assert.match(
    asText({ ...report, kind: "kill" }),
    /detected within +30.00 s: the monitor's interval \(monitorInterval\)\n$/,
  );
  const bounds = { ...report.bounds, hasMainProcess: false };
  assert.match(
    asText({ ...report, kind: "kill", bounds }),
    /detected within .*\n {2}once systemd sees it +when the last of its processes has ended: the unit knows no main process/,
  );
});

test("a picture has a bar for each phase, in one line of time, and what the client saw", () => {
  const seen = [
    ...[115_000, 115_200, 115_500].map((one) => probe(1795713e6 + one)),
    probe(1795713120900),
  ];
  const svg = asSvg({ ...report, target: 'a<b&"c' }, seen);
  for (const name of ["detect", "stop", "address", "start", "banner"])
    assert.match(svg, new RegExp(`<title>${name}: \\d\\.\\d\\d s</title>`));
  assert.match(svg, /a&lt;b&amp;&quot;c from node-01/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="92" width="([\d.]+)"/g)];
  bars.slice(1).forEach(([, x], index) => {
    const [, before, width] = bars[index]!;
    assert.ok(Math.abs(Number(before) + Number(width) - Number(x)) < 0.2);
  });
});

test("corosync's own times are read, where it says them", () => {
  assert.deepEqual(
    parseToken(
      "runtime.config.totem.token (u32) = 3650\nruntime.config.totem.token_warning (u32) = 75\nruntime.config.totem.consensus (u32) = 4380\n",
    ),
    { tokenMs: 3650, consensusMs: 4380 },
  );
  assert.deepEqual(parseToken(""), {});
});

test("what would run where in the end is read from a simulation, and nothing else is", () => {
  const resource = (node: string) =>
    `<resources><group id="g"><resource id="smtp_ip" role="Started"><node name="${node}"/></resource></group></resources>`;
  const text = `<pacemaker-result><cluster_status>${resource("node-01")}</cluster_status><actions/><revised_cluster_status>${resource("node-02")}</revised_cluster_status></pacemaker-result>`;
  assert.deepEqual(parseOutcome(text).get("smtp_ip"), [
    { role: "Started", nodes: ["node-02"] },
  ]);
  assert.throws(() => parseOutcome("<pacemaker-result/>"), /outcome/);
});
