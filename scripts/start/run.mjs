import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Runs one step of the preparation. Its output goes to stderr: stdout belongs to the program that follows. */
export function step(repo, file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: repo, stdio: ["ignore", 2, 2] });
    child.on("error", (error) =>
      reject(new Error(`${file} does not start: ${error.message}`)),
    );
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `"${[file, ...args].join(" ")}" failed (${signal ?? `exit ${code}`})`,
          ),
        );
    });
  });
}

/** Runs the file in this process's place: same streams and folder, signals passed on, same end. */
export async function runTypeScript(repo, path, args) {
  const tsx = pathToFileURL(
    createRequire(join(repo, "package.json")).resolve("tsx"),
  ).href;
  const child = spawn(process.execPath, ["--import", tsx, path, ...args], {
    stdio: "inherit",
  });
  const pass = (signal) => child.kill(signal);
  // The terminal sends Ctrl-C to both; passed on it would arrive twice, and twice means "drop everything".
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) {
    process.on(
      signal,
      signal === "SIGINT" && process.stdin.isTTY ? () => {} : pass,
    );
  }
  child.on("error", (error) => {
    console.error(`start: node does not start: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
