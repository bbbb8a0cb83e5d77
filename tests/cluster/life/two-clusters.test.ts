import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ownNamespace,
  relayTo,
  suites,
  type Lab,
  type Relay,
} from "../../../lab";
import {
  banner,
  configuration,
  epoch,
  labConnection,
  makeProject,
  nothingChanged,
  onLab,
  smtpStack,
  succeeded,
  whereAre,
  type LabConnection,
} from "../harness";

/** The same ways into a lab as its own addresses, on loopback: 127.0.<cluster>.<node>. */
async function reach(
  lab: Lab,
  cluster: number,
): Promise<{ connection: LabConnection; relays: Relay[] }> {
  const relays: Relay[] = [];
  const known = labConnection(lab);
  const hostKeys: Record<string, string> = {};
  for (const [index, address] of lab.hosts.entries()) {
    const host = `127.0.${cluster}.${11 + index}`;
    const port = relays[0]?.port ?? 0;
    relays.push(await relayTo(lab, address, { host, port }));
    hostKeys[host] = known.hostKeys[address]!;
  }
  return {
    relays,
    connection: {
      ...known,
      hosts: relays.map(({ host }) => host),
      port: relays[0]!.port,
      hostKeys,
    },
  };
}

onLab(suites[0], "two clusters in one program", (first) =>
  onLab(suites[1], "and the other", (second) => {
    test("each gets its own stack, which lives and goes apart from the other", async (t) => {
      const labs = [first(), second()];
      const before = await Promise.all(labs.map((lab) => configuration(lab)));
      const ways = await Promise.all(
        labs.map((lab, index) => reach(lab, index + 1)),
      );
      t.after(() =>
        ways.forEach(({ relays }) => relays.forEach((relay) => relay.close())),
      );
      const connections = ways.map(({ connection }) => connection);
      // The CLI runs where the relays listen: outside of both.
      const outside = { ...first(), namespace: ownNamespace };
      const project = await makeProject(t, outside, {
        program: ["smtp", "post"]
          .map(
            (name, index) =>
              `exports.${name} = new pacemaker.SmtpStack("${name}", { connection: ` +
              `${JSON.stringify(connections[index])}, ip, cidrNetmask }).activeNode;`,
          )
          .join("\n"),
      });
      succeeded(await project.up());
      assert.deepEqual(await project.outputs(), {
        smtp: await smtpStack.serves(first()),
        post: await whereAre(second(), ["post_ip", "post_service"]),
      });
      assert.match(await banner(second()), /^220 /);
      const versions = await Promise.all(labs.map((lab) => epoch(lab)));
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.deepEqual(
        await Promise.all(labs.map((lab) => epoch(lab))),
        versions,
      );
      succeeded(await project.destroy());
      await smtpStack.isGone(first(), before[0]!);
      await smtpStack.isGone(second(), before[1]!);
    });
  }),
);
