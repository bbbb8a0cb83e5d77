// Runs the Pulumi CLI, bringing it first where there is none: node scripts/start.mjs scripts/pulumi.ts up
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensurePulumi, pathWith } from "./cli";

async function main(): Promise<void> {
  const { bin } = await ensurePulumi((line) => console.error(line));
  const child = spawn(join(bin, "pulumi"), process.argv.slice(2), {
    stdio: "inherit",
    env: { ...process.env, PATH: pathWith(bin) },
  });
  // The terminal sends Ctrl-C to all of us; a second one would make pulumi drop everything.
  process.on(
    "SIGINT",
    process.stdin.isTTY ? () => {} : () => child.kill("SIGINT"),
  );
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => {
    console.error(`pulumi does not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code) => (process.exitCode = code ?? 1));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
