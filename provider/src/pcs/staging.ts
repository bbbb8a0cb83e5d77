import { clearMeta, type PcsCommand } from "./commands";

/**
 * A staged resource stands in the configuration, but waits for its group to start it. Pacemaker has one way to say
 * "stopped", target-role=Stopped, and so has the operator (`pcs resource disable`): this mark tells the two apart.
 * Its value is the id of the group that will start the resource.
 */
export const stagedMark = "pulumi-staged";

interface WithMeta {
  readonly meta: Readonly<Record<string, string>>;
}

/** The meta attributes of a resource that waits for its group. */
export function stagedMeta(group: string): Record<string, string> {
  return { "target-role": "Stopped", [stagedMark]: group };
}

/** Takes the mark away from those that carry it, and the role with it. */
export function unstage(staged: readonly string[]): PcsCommand[] {
  return staged.length > 0
    ? [clearMeta(staged, ["target-role", stagedMark])]
    : [];
}

export function isStaged({ meta }: WithMeta): boolean {
  return stagedMark in meta;
}

/** Stopped by somebody who is not us. */
export function isDisabled({ meta }: WithMeta): boolean {
  return (
    meta["target-role"]?.toLowerCase() === "stopped" && !(stagedMark in meta)
  );
}
