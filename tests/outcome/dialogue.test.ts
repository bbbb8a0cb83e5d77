import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import test, { describe } from "node:test";
import { TLSSocket } from "node:tls";
import { talkFromHere } from "../../provider/src/cluster/outcome/dialogue";
import {
  judge,
  dialogueRequest,
  pythonDialogue,
  type Dialogue,
  type Expectations,
} from "../../provider/src/postfix/dialogue";

/** A certificate for mail.example.org, made for these tests. */
const [key, cert] = ["key", "cert"].map((what) =>
  readFileSync(join(__dirname, "fixtures", `mail.${what}.pem`)),
);
const material = { key: key!, cert: cert! };

/** Thirty days before it ends. */
const now = new Date(
  Date.parse(new X509Certificate(material.cert).validTo) - 30.5 * 86_400_000,
);

interface Manner {
  greeting?: string;
  extensions?: string[];
  answers?: Record<string, string>;
  /** Closes the connection after the greeting. */
  leaves?: boolean;
}

/** A mail service on loopback that says what it is told to. */
async function service(t: test.TestContext, manner: Manner): Promise<number> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.write(manner.greeting ?? "220 mail.example.org ESMTP Postfix\r\n");
    if (manner.leaves) return void socket.end();
    speak(socket);
  });
  const speak = (socket: Socket): void => {
    socket.on("data", (data) => {
      const [word = ""] = data.toString().trim().split(" ");
      const extensions = manner.extensions ?? [
        "PIPELINING",
        "SIZE 1",
        "STARTTLS",
      ];
      const answer = manner.answers?.[word];
      if (answer !== undefined) return void socket.write(answer);
      if (word === "EHLO")
        return void socket.write(
          ["mail.example.org", ...extensions]
            .map(
              (line, index, all) =>
                `250${index < all.length - 1 ? "-" : " "}${line}\r\n`,
            )
            .join(""),
        );
      if (word === "STARTTLS") {
        socket.write("220 ready\r\n");
        socket.removeAllListeners("data");
        const wrapped = new TLSSocket(socket, { isServer: true, ...material });
        wrapped.on("error", () => undefined);
        return void speak(wrapped);
      }
      socket.end("221 bye\r\n");
    });
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

async function talkByPython(
  address: string,
  expected: Expectations,
): Promise<Dialogue> {
  const child = spawn("python3", ["-", dialogueRequest(address, expected)]);
  child.stdin.end(pythonDialogue());
  let output = "";
  for await (const data of child.stdout) output += data;
  return JSON.parse(output) as Dialogue;
}

const ways = {
  "this machine": talkFromHere,
  "a node, by Python": talkByPython,
};

for (const [name, talk] of Object.entries(ways))
  describe(`a dialogue from ${name}`, () => {
    const look = async (port: number, expected: Omit<Expectations, "port">) => {
      const dialogue = await talk("127.0.0.1", { port, ...expected });
      return judge(dialogue, { port, ...expected }, now);
    };

    test("finds a service as it should be, with its certificate", async (t) => {
      const port = await service(t, {});
      const certificate = { name: "mail.example.org", days: 14 };
      const expected = {
        ...{ banner: "mail.example.org", ehlo: ["size", "PIPELINING"] },
        ...{ starttls: true, certificate },
      };
      assert.deepEqual(await look(port, expected), []);
      const { wire, isEncrypted } = await talk("127.0.0.1", {
        port,
        ...expected,
      });
      assert.equal(isEncrypted, true);
      assert.deepEqual(
        wire.map((line) => line.replace(/(EHLO) .*/, "$1")),
        [
          ...[
            "< 220 mail.example.org ESMTP Postfix",
            "> EHLO",
            "< 250-mail.example.org",
          ],
          ...[
            "< 250-PIPELINING",
            "< 250-SIZE 1",
            "< 250 STARTTLS",
            "> STARTTLS",
            "< 220 ready",
          ],
          ...[
            "> EHLO",
            "< 250-mail.example.org",
            "< 250-PIPELINING",
            "< 250-SIZE 1",
          ],
          ...["< 250 STARTTLS", "> QUIT", "< 221 bye"],
        ],
      );
    });

    test("tells another certificate, and one that ends soon", async (t) => {
      const port = await service(t, {});
      const wrong = await look(port, {
        certificate: { name: "smtp.example.net", days: 60 },
      });
      assert.match(
        wrong[0]!,
        /made out for DNS:mail\.example\.org, and not for smtp\.example\.net$/,
      );
      assert.match(
        wrong[1]!,
        /^the certificate expires in 30 days: .*; at least 60 are expected$/,
      );
      assert.equal(wrong.length, 2);
      const certificate = { name: "mail.example.org", days: 1 };
      const dialogue = await talk("127.0.0.1", { port, certificate });
      const later = new Date(now.getTime() + 40 * 86_400_000);
      assert.match(
        judge(dialogue, { port, certificate }, later).join(),
        /^the certificate has expired: /,
      );
    });

    test("tells what is not offered or not said", async (t) => {
      const port = await service(t, { extensions: ["PIPELINING"] });
      assert.deepEqual(
        await look(port, { banner: "mx1", ehlo: ["SIZE"], starttls: true }),
        [
          'the greeting is "mail.example.org ESMTP Postfix", and must hold "mx1"',
          "EHLO does not offer SIZE",
          "no TLS by STARTTLS: it is not offered",
        ],
      );
    });

    test("tells a refusal in the service's own words", async (t) => {
      const busy = await service(t, { greeting: "421 4.3.2 too busy\r\n" });
      assert.deepEqual(await look(busy, {}), [
        "the greeting is 421 4.3.2 too busy",
      ]);
      const strict = await service(t, { answers: { EHLO: "550 go away\r\n" } });
      assert.deepEqual(await look(strict, {}), [
        "EHLO is refused: 550 go away",
      ]);
      const broken = await service(t, {
        answers: { STARTTLS: "454 no key\r\n" },
      });
      assert.deepEqual(await look(broken, { starttls: true }), [
        "no TLS by STARTTLS: 454 no key",
      ]);
    });

    test("tells a service that goes away, and one that is not there", async (t) => {
      const leaving = await service(t, { leaves: true });
      assert.match((await look(leaving, {})).join(), /^EHLO is refused: /);
      const [gone] = await look(1, {});
      assert.match(gone!, /^no connection: .*refused/i);
    });

    test("waits for a greeting of several lines to end", async (t) => {
      const port = await service(t, {
        greeting: "220-mail.example.org is\r\n220 here\r\n",
      });
      assert.deepEqual(await look(port, { banner: "mail.example.org" }), []);
    });
  });
