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

export interface WithLabs<Result> {
  result: Result;
  /** The labs that could not be taken down, and why. */
  leftUp: { lab: string; why: string }[];
}

/**
 * Runs the work with a file in which it names the labs that it brings up, and takes those down afterwards. Labs that
 * were up before are left alone. What goes wrong afterwards takes nothing away from what the work has found.
 */
export async function withLabs<Result>(
  repo: string,
  say: (line: string) => void,
  work: (record: string) => Promise<Result>,
): Promise<WithLabs<Result>> {
  const folder = mkdtempSync(join(tmpdir(), "pacemaker-labs-"));
  const record = join(folder, "labs");
  writeFileSync(record, "");
  const leftUp: WithLabs<Result>["leftUp"] = [];
  let result: Result;
  try {
    result = await work(record);
  } finally {
    const names = readFileSync(record, "utf8").split("\n").filter(Boolean);
    for (const lab of new Set(names)) {
      say(`taking the lab ${lab} down`);
      try {
        const { labDown } = (await import(join(repo, "lab/index.ts"))) as Lab;
        await labDown(lab);
      } catch (error) {
        const why = (error as Error).message;
        say(`the lab ${lab} stays up: ${why}`);
        leftUp.push({ lab, why });
      }
    }
    rmSync(folder, { recursive: true });
  }
  return { result, leftUp };
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
