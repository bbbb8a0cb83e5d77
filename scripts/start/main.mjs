import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hasOutput, isBuilt, isInstalled, markBuilt } from "./fresh.mjs";
import { withLock } from "./lock.mjs";
import { runTypeScript, step } from "./run.mjs";

const repo = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** One lock per user and checkout; not inside node_modules, which `npm ci` removes. */
function lockDir() {
  const key = createHash("sha256").update(repo).digest("hex").slice(0, 12);
  return join(tmpdir(), `pulumi-pacemaker-start-${userInfo().uid}-${key}.lock`);
}

function say(text) {
  console.error(`start: ${text}`);
}

async function prepare() {
  if (!isInstalled(repo)) {
    say("node_modules is missing or does not match package-lock.json: npm ci");
    rmSync(join(repo, "provider/dist"), { recursive: true, force: true });
    const mark = markBuilt(repo);
    await step(repo, "npm", ["ci", "--no-audit", "--no-fund"]);
    // Its prepare script has built the provider, unless the user's npm runs no scripts.
    mark();
  }
  if (!isBuilt(repo)) {
    say("the provider's dist is older than its sources: npm run build");
    const mark = markBuilt(repo);
    const failure = await step(repo, "npm", ["run", "--silent", "build"]).catch(
      (error) => error,
    );
    if (failure === undefined) return mark();
    // The compiler writes what it can: one who is in the middle of an edit wants to run the rest.
    if (!hasOutput(repo)) throw failure;
    say("going on with what the compiler wrote, in spite of these errors");
  }
}

export async function main([file, ...args]) {
  try {
    if (!isInstalled(repo) || !isBuilt(repo)) {
      await withLock(
        lockDir(),
        (pid) => say(`waiting for process ${pid}, which builds`),
        prepare,
      );
    }
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
  if (file === undefined) return;
  const path = [resolve(file), resolve(repo, file)].find((candidate) =>
    existsSync(candidate),
  );
  if (path === undefined) {
    say(`there is no ${file}`);
    process.exit(2);
  }
  await runTypeScript(repo, path, args);
}
