/** A client in the lab's network, and a server that it reaches through a gateway. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { inNamespace, type Lab } from "../../../lab";

/** Runs a JavaScript text in the lab's network; its standard output. */
export async function inLab(lab: Lab, text: string): Promise<string> {
  const child = startInLab(lab, text);
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (part) => (printed += part));
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 0, printed);
  return printed;
}

function startInLab(lab: Lab, text: string) {
  const [program = "", ...args] = inNamespace(lab.namespace, [
    ...[process.execPath, "-e", text],
  ]);
  return spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
}

/** What a URL answers, whoever has signed its certificate: "200 text". Or why it does not. */
export function fetched(lab: Lab, url: string): Promise<string> {
  return inLab(
    lab,
    `const url = ${JSON.stringify(url)};
require(url.split(":")[0]).get(url, { rejectUnauthorized: false, timeout: 5000 }, (answer) => {
  let text = "";
  answer.on("data", (part) => (text += part)).on("end", () => process.stdout.write(answer.statusCode + " " + text));
}).on("timeout", function () { this.destroy(new Error("no answer within 5 s")); })
  .on("error", (error) => process.stdout.write(error.message));`,
  );
}

/** A web server in the lab's network, to the end of the test: it answers with the text. */
export async function serveInLab(
  test: TestContext,
  lab: Lab,
  port: number,
  answer: string,
): Promise<void> {
  const child = startInLab(
    lab,
    `require("http").createServer((_, response) => response.end(${JSON.stringify(answer)}))
  .listen(${port}, () => console.log("listening"));
process.stdin.on("end", () => process.exit()).resume();`,
  );
  const closed = once(child, "close");
  test.after(async () => {
    child.stdin.end();
    await closed;
  });
  await Promise.race([
    once(child.stdout, "data"),
    closed.then(() => assert.fail(`no server on port ${port}`)),
  ]);
}
