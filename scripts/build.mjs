// Builds the provider, and notes from which sources, so that nothing builds them a second time: npm run build
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { markBuilt } from "./start/fresh.mjs";
import { step } from "./start/run.mjs";

const repo = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const mark = markBuilt(repo);
try {
  await step(repo, "npm", ["run", "--silent", "build", "--workspace=provider"]);
  mark();
} catch (error) {
  console.error(`build: ${error.message}`);
  process.exit(1);
}
