/**
 * Each fault of the first host, played on a lab: what a program with this host alone is told, and how long it takes until
 * the next host of the connection has done the work. It runs in the lab's network: see table.ts.
 */
import { execFileSync } from "node:child_process";
import {
  cutNode,
  execOnNode,
  healNode,
  startNode,
  stopNode,
  waitMissed,
  waitOnline,
  type Lab,
} from "../../../lab";
import { observe } from "../../../provider/src/cluster/transaction/observe";
import {
  clusterOf,
  type Cluster,
} from "../../../provider/src/cluster/nodes/members";
import type { Connection } from "../../../provider/src/connection";
import { PacemakerError } from "../../../provider/src/errors";
import type { Host } from "../../../provider/src/ssh/exec";
import { createPool, type Pool } from "../../../provider/src/ssh/pool";
import { answer, listen, startFake, type FakeOptions } from "../../ssh/fake";
import { makeKey } from "../../ssh/keys";
import { eventually, labConnection, onNode } from "../harness";
import { open, shut } from "./lab";

/** With that as the first host, the next one is to do the work. */
export interface Row {
  fault: string;
  stage: string;
  /** What a program is told that has no other host; undefined where the fault comes too late for that question. */
  alone?: { kind: string; message: string; seconds: number };
  /** The node that did the work, and after how many seconds. */
  next: { node: string; seconds: number };
}

interface Fault {
  fault: string;
  stage: string;
  /** Makes a first host with the fault; gives its address, its host key and the way back. */
  make(): Promise<{ address: string; key?: string; undo(): Promise<unknown> }>;
}

const seconds = (since: number): number => (performance.now() - since) / 1000;

/** @param quick only what does not take long: one fault of a stage, and nobody waits without another host */
export async function measure(
  lab: Lab,
  say: (line: string) => void,
  quick = false,
): Promise<{ healthy: number; rows: Row[] }> {
  const usual = labConnection(lab);
  const [first, second] = lab.nodes as [
    Lab["nodes"][0],
    Lab["nodes"][0],
    ...Lab["nodes"],
  ];
  const others = usual.hosts.slice(1);

  const withPool = async <T>(work: (pool: Pool) => Promise<T>): Promise<T> => {
    const pool = createPool();
    try {
      return await work(pool);
    } finally {
      await pool.closeAll();
    }
  };
  const connection = (address: string, key: string | undefined) => ({
    ...usual,
    hosts: [address, ...others],
    hostKeys: {
      ...Object.fromEntries(others.map((one) => [one, usual.hostKeys[one]!])),
      [address]: key ?? usual.hostKeys[address] ?? makeKey().public,
    },
  });
  const work = (how: Connection) =>
    withPool(async (pool) => {
      const since = performance.now();
      const { member } = await observe(clusterOf(how, pool.openHost));
      return { node: member.node, seconds: seconds(since) };
    });
  const told = (how: Connection) =>
    withPool(async (pool) => {
      const since = performance.now();
      try {
        await observe(clusterOf(how, pool.openHost));
      } catch (error) {
        if (!(error instanceof PacemakerError)) throw error;
        const { kind, message } = error;
        return { kind, message, seconds: seconds(since) };
      }
      throw new Error("the fault was not noticed");
    });
  const only = (how: Connection): Connection => {
    const [address = ""] = how.hosts;
    const key = how.hostKeys![address]!;
    return { ...how, hosts: [address], hostKeys: { [address]: key } };
  };

  // Addresses of no node, for servers of this process on port 22.
  let lastAddress = 200;
  const addAddress = (): string => {
    const address = `192.0.2.${++lastAddress}`;
    execFileSync("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
    return address;
  };
  const removeAddress = (address: string) =>
    execFileSync("ip", ["address", "del", `${address}/32`, "dev", "lo"]);

  const served = (
    fault: string,
    stage: string,
    serve: (address: string) => Promise<{
      stop(): Promise<void>;
      hostKey?: { public: string };
    }>,
  ): Fault => ({
    fault,
    stage,
    async make() {
      const address = addAddress();
      const server = await serve(address);
      return {
        address,
        key: server.hostKey?.public,
        async undo() {
          await server.stop();
          removeAddress(address);
        },
      };
    },
  });
  const fake = (fault: string, stage: string, options: FakeOptions) =>
    served(fault, stage, (host) =>
      startFake({
        onAuth: (context) => context.accept(),
        ...options,
        host,
        port: 22,
      }),
    );
  const bare = (
    fault: string,
    stage: string,
    onSocket: Parameters<typeof listen>[0],
  ) => served(fault, stage, (host) => listen(onSocket, host, 22));

  /** A node that logs in, says that the user is root, and then fails. */
  const afterLogin =
    (onExec: NonNullable<FakeOptions["onExec"]>): FakeOptions["onExec"] =>
    (command, accept, reject) => {
      if (command.includes("pacemaker-login"))
        answer(accept(), 0, "pacemaker-login\n0\nroot\n");
      else onExec(command, accept, reject);
    };

  /** Those that need no node to be touched: all of them stand at once. */
  const played: Fault[] = [
    served("nothing listens there", "connect", async () => ({
      stop: async () => undefined,
    })),
    {
      fault: "nobody has the address",
      stage: "connect",
      make: async () => ({
        address: "192.0.2.99",
        undo: async () => undefined,
      }),
    },
    bare("accepts, and says nothing", "banner", () => undefined),
    bare("accepts, and closes (MaxStartups)", "banner", (socket) =>
      socket.end(),
    ),
    bare("falls silent after its banner", "key exchange", (socket) =>
      socket.write("SSH-2.0-Fake\r\n"),
    ),
    fake("has no algorithm in common", "key exchange", {
      config: { algorithms: { kex: ["diffie-hellman-group14-sha1"] } },
    }),
    {
      fault: "presents another host key",
      stage: "trust",
      make: async () => ({
        address: first.address,
        key: usual.hostKeys[second.address]!,
        undo: async () => undefined,
      }),
    },
    fake("does not answer the login", "login", { onAuth: () => undefined }),
    fake("refuses the login", "login", {
      onAuth: (context) => context.reject(["publickey"]),
    }),
    served("opens no second session (MaxSessions)", "channel", (host) => {
      let sessions = 0;
      return startFake({
        ...{ host, port: 22 },
        onAuth: (context) => context.accept(),
        onSession: () => ++sessions === 1,
        onExec: afterLogin(() => undefined),
      });
    }),
    fake("does not answer the request to run a command", "channel", {
      onExec: afterLogin(() => undefined),
    }),
    fake("starts the command, and no word of its end comes", "command", {
      onExec: afterLogin((_command, accept) => void accept()),
    }),
    fake("is a host without Pacemaker", "cluster", {
      onExec: afterLogin((command, accept) => {
        const tool = /\S*crm_\w+/.exec(command)?.[0];
        const words = `timeout: failed to run command '${tool}': No such file or directory\n`;
        answer(accept(), 127, "", words);
      }),
    }),
  ];
  /** Those of the first node itself: one after the other. */
  const real: Fault[] = [
    {
      fault: "drops what comes from here (firewall)",
      stage: "connect",
      async make() {
        await shut(lab, first.name, lab.clientAddress);
        return { address: first.address, undo: () => open(lab, first.name) };
      },
    },
    {
      fault: "is cut off from the other nodes: alive, without quorum",
      stage: "cluster",
      async make() {
        await shut(lab, first.name, `!= ${lab.clientAddress}`);
        await eventually("the loss of quorum", async () => {
          // It exits with 106 then.
          const { stdout } = await execOnNode(lab, first.name, [
            ...["crm_node", "--quorum"],
          ]);
          return stdout.trim() === "0" ? true : undefined;
        });
        return {
          address: first.address,
          async undo() {
            await open(lab, first.name);
            await waitOnline(lab);
          },
        };
      },
    },
    {
      fault: "is powered off",
      stage: "connect",
      async make() {
        await cutNode(lab, first.name);
        await stopNode(lab, first.name);
        await waitMissed(lab, first.name);
        return {
          address: first.address,
          async undo() {
            await healNode(lab, first.name);
            await startNode(lab, first.name);
            await waitOnline(lab);
          },
        };
      },
    },
  ];

  /**
   * A process that is connected to the first node. After the fault before, that node is not the one that answers until its
   * cluster has taken it in again by its own word too.
   */
  const onFirst = async (
    task: (cluster: Cluster, host: Host) => Promise<Row>,
  ): Promise<Row> => {
    await eventually(`${first.name} to be asked first`, async () => {
      const { node } = await work(usual);
      return node === first.name ? true : undefined;
    });
    return withPool(async (pool) => {
      const cluster = clusterOf(usual, pool.openHost);
      const { member } = await observe(cluster);
      if (member.node !== first.name) throw new Error(`on ${member.node}`);
      return task(cluster, member.host);
    });
  };

  /** What happens between two looks of that process. */
  const during = async (
    fault: string,
    strike: () => Promise<unknown>,
    undo: () => Promise<unknown>,
  ): Promise<Row> => {
    const row = await onFirst(async (cluster, host) => {
      const sleeps = host.exec(["sleep", "60"], { timeoutSeconds: 60 });
      const since = performance.now();
      const alone = sleeps.then(
        () => undefined,
        ({ kind, message }: PacemakerError) => {
          return { kind, message, seconds: seconds(since) };
        },
      );
      await strike();
      const again = performance.now();
      const observed = await observe(cluster);
      const next = { node: observed.member.node, seconds: seconds(again) };
      return { fault, stage: "command", alone: await alone, next };
    });
    await undo();
    return row;
  };

  /** The first node is in use, and what is asked of it hangs, while its sshd and its Pacemaker are as alive as ever. */
  const hanging = async (): Promise<Row> => {
    const onTools = (script: string) =>
      onNode(
        lab,
        first.name,
        ...["sh", "-ec"],
        `for tool in cibadmin crm_mon crm_node; do cd /usr/sbin; ${script}; done`,
      );
    return onFirst(async (cluster) => {
      await onTools(
        `mv $tool $tool.away; printf '#!/bin/sh\\nexec sleep 600\\n' >$tool; chmod 755 $tool`,
      );
      try {
        const since = performance.now();
        const observed = await observe(cluster);
        const next = { node: observed.member.node, seconds: seconds(since) };
        const fault = "is in use, and then its commands hang";
        return { fault, stage: "command", next };
      } finally {
        await onTools("mv -f $tool.away $tool");
      }
    });
  };

  const brief = (faults: readonly Fault[]): readonly Fault[] =>
    quick
      ? faults.filter(
          ({ stage, fault }, index) =>
            fault !== "is powered off" &&
            faults.findIndex((other) => other.stage === stage) === index,
        )
      : faults;
  await work(connection(first.address, undefined));
  const healthy = (await work(connection(first.address, undefined))).seconds;
  say(`healthy: ${healthy.toFixed(1)} s`);

  const shown = brief(played);
  const stand = await Promise.all(shown.map((fault) => fault.make()));
  const alones = Promise.all(
    (quick ? [] : stand).map(({ address, key }) =>
      told(only(connection(address, key))),
    ),
  );
  const rows: Row[] = [];
  for (const [index, { fault, stage }] of shown.entries()) {
    const { address, key } = stand[index]!;
    const next = await work(connection(address, key));
    rows.push({ fault, stage, next });
    say(`${fault}: ${next.node} after ${next.seconds.toFixed(1)} s`);
  }
  for (const [index, alone] of (await alones).entries())
    rows[index]!.alone = alone;
  await Promise.all(stand.map(({ undo }) => undo()));

  for (const { fault, stage, make } of brief(real)) {
    const { address, key, undo } = await make();
    const how = connection(address, key);
    const next = await work(how);
    say(`${fault}: ${next.node} after ${next.seconds.toFixed(1)} s`);
    const alone = await told(only(how));
    await undo();
    rows.push({ fault, stage, alone, next });
  }
  rows.push(
    await during(
      "its sshd is killed under a running command",
      async () => {
        await onNode(lab, first.name, "pkill", "-KILL", "-f", "^sshd: root");
        await new Promise((resolve) => setTimeout(resolve, 100));
      },
      async () => undefined,
    ),
    await during(
      "its cable is pulled under a running command",
      () => cutNode(lab, first.name),
      async () => {
        await healNode(lab, first.name);
        await waitOnline(lab);
      },
    ),
  );
  rows.push(await hanging());
  for (const { fault, next } of rows.slice(-3))
    say(`${fault}: ${next.node} after ${next.seconds.toFixed(1)} s`);
  return { healthy, rows };
}
