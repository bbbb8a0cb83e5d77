/** A Pulumi project whose stack can be emptied in no time. */
import { cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import type { Lab } from "../lab";
import { makeProject, type Project } from "../tests/cluster/harness/project";
import { succeeded, type Outcome } from "../tests/cluster/harness/pulumi";
import { notingModules, Notes } from "./handlers";

let modules: string | undefined;

export interface Run {
  readonly outcome: Outcome;
  readonly notes: Notes;
}

export class BenchProject {
  private constructor(
    private readonly project: Project,
    private readonly root: string,
  ) {}

  static async make(
    lab: Lab,
    program: string,
    cleanUp: (() => void)[],
    env: Record<string, string> = {},
  ): Promise<BenchProject> {
    // The harness asks of a test nothing but what is to be done at its end.
    const context = {
      after: (work: () => void) => cleanUp.push(work),
    } as unknown as TestContext;
    modules ??= notingModules();
    const project = await makeProject(context, lab, {
      program,
      nodeModules: modules,
      env,
    });
    const root = dirname(project.dir);
    cpSync(join(root, "state"), join(root, "state-empty"), { recursive: true });
    return new BenchProject(project, root);
  }

  /** Forgets what was made. What is in the cluster stays. */
  forget(): void {
    const state = join(this.root, "state");
    rmSync(state, { recursive: true });
    cpSync(join(this.root, "state-empty"), state, { recursive: true });
  }

  async run(
    verb: "up" | "refresh" | "destroy",
    timeoutSeconds = 900,
  ): Promise<Run> {
    const { result, notes } = await Notes.during(
      join(this.root, "notes"),
      (env) => {
        Object.assign(this.project.env, env);
        return this.project[verb]([], { timeoutSeconds });
      },
    );
    return { outcome: succeeded(result), notes };
  }
}
