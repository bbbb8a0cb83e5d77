import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Lab {
  labObstacles(): string[] | Promise<string[]>;
  labDown(name: string): Promise<unknown>;
}

/**
 * Runs the work with a file in which it names the labs that it brings up, and takes those down afterwards. Labs that
 * were up before are left alone.
 */
export async function withLabs<Result>(
  repo: string,
  say: (line: string) => void,
  work: (record: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "pacemaker-labs-"));
  const record = join(folder, "labs");
  writeFileSync(record, "");
  try {
    return await work(record);
  } finally {
    const names = readFileSync(record, "utf8").split("\n").filter(Boolean);
    const { labDown } = (await import(join(repo, "lab", "index.ts"))) as Lab;
    for (const name of new Set(names)) {
      say(`taking the lab ${name} down`);
      await labDown(name);
    }
    rmSync(folder, { recursive: true });
  }
}

/** Why this machine cannot run the lab; loaded only when cluster tests are chosen. */
export async function labObstacles(repo: string): Promise<string[]> {
  const path = join(repo, "lab", "index.ts");
  if (!existsSync(path)) return ["there is no lab/index.ts"];
  try {
    const lab = (await import(path)) as Partial<Lab>;
    if (lab.labObstacles === undefined)
      return ["lab/index.ts exports no labObstacles"];
    return await lab.labObstacles();
  } catch (error) {
    return [`lab/index.ts does not load: ${(error as Error).message}`];
  }
}
