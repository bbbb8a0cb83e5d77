import test from "node:test";
import assert from "node:assert/strict";
import type { Connection } from "../../provider/src/connection";
import type { ErrorKind } from "../../provider/src/errors";
import { createPool } from "../../provider/src/ssh/pool";
import { answer, startFake, type FakeOptions } from "./fake";
import { makeKey } from "./keys";
import { connectionTo, refused, SHORT } from "./support";

/** The kinds that the transport raises; the others are the cluster's and the inputs'. */
type Kind = Exclude<
  ErrorKind,
  "validation" | "quorum" | "conflict" | "cluster"
>;

interface Case {
  fake?: FakeOptions;
  connection?: Partial<Connection>;
}

const timedOut: FakeOptions["onExec"] = (_command, accept) => {
  const channel = accept();
  setTimeout(() => answer(channel, 124), 150);
};
const asDeploy: FakeOptions["onExec"] = (command, accept) =>
  command.includes("sudo")
    ? answer(accept(), 1, "", "sudo: a password is required\n")
    : answer(accept(), 0, "pacemaker-login\n1000\ndeploy\n");

const cases: Record<Kind, Case> = {
  connect: { fake: { onSession: () => false } },
  auth: { connection: { password: "wrong" } },
  trust: { connection: { hostKeys: undefined } },
  configuration: { connection: { privateKey: "nonsense" } },
  rights: { fake: { onExec: asDeploy }, connection: { user: "deploy" } },
  timeout: { fake: { onExec: timedOut } },
  "unknown-outcome": {
    fake: { onExec: (_command, accept) => accept().close() },
  },
};

for (const [kind, { fake: options, connection }] of Object.entries(cases))
  test(`an error of kind ${kind} names host, port and cause, and no secret`, async () => {
    const password = "s3cr3t-password";
    const fake = await startFake({ password, ...options });
    const pool = createPool(SHORT);
    const key = makeKey();
    const how = connectionTo(fake.port, {
      password,
      hostKeys: { "127.0.0.1": fake.hostKey.public },
      privateKey: key.private,
      ...connection,
    });
    const work = async () => {
      const host = await pool.openHost(how, "127.0.0.1");
      const rights = connection?.user ? "root" : "none";
      await host.exec(["tool"], {
        stdin: "s3cr3t-stdin",
        timeoutSeconds: kind === "timeout" ? 0.1 : 5,
        rights,
      });
    };
    const error = await refused(work(), kind as Kind);
    assert.equal(error.name, "PacemakerError");
    assert.equal(error.host, "127.0.0.1");
    assert.ok(error.message.startsWith(`127.0.0.1:${fake.port}: `));
    assert.doesNotMatch(error.message, /s3cr3t|BEGIN|nonsense/);
    await pool.closeAll();
    await fake.stop();
  });
