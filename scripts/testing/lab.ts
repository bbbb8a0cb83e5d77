import { existsSync } from "node:fs";
import { join } from "node:path";

interface Lab {
  labObstacles(): string[] | Promise<string[]>;
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
