import { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import { observeShared } from "../cluster/transaction/observe";
import { PacemakerError } from "../errors";
import {
  missingForTag,
  planTag,
  removeTag,
  tagIn,
  type DeclaredTag,
} from "../plan/tag";
import type { TagArgs } from "./classes/tag";
import { define, inputsOf } from "./define";
import { adopt, connection, id } from "./inputs";
import { settingsLife } from "./settings";
import { thereSeconds, untilThere } from "./there";

const schema = inputsOf<TagArgs<string>>()({
  connection,
  resourceId: id,
  adopt: adopt.optional(),
  resources: z
    .array(id, { error: "must be a list of resources or their ids" })
    .min(1, "is empty, but a tag must have at least one resource")
    .refine((all) => new Set(all).size === all.length, {
      error: "names a resource twice",
    }),
});

type Inputs = z.output<typeof schema>;

const declared = ({ resourceId, resources }: Inputs): DeclaredTag => ({
  id: resourceId,
  resources,
});

const life = settingsLife<Inputs, object>({
  plan(cib, inputs, previous, isAhead) {
    const wanted = declared(inputs);
    const missing = isAhead ? missingForTag(cib, wanted) : [];
    const there = wanted.resources.filter((one) => !missing.includes(one));
    // What the program may still be about to make is named once it is there.
    return {
      commands: planTag(
        cib,
        { ...wanted, resources: there },
        previous && declared(previous),
        inputs.adopt === "update",
      ),
    };
  },
  planRemoval(cib, state) {
    const { commands, kept, named } = removeTag(cib, declared(state));
    return {
      commands,
      warnings:
        kept.length === 0
          ? []
          : [
              `stays, since it still names ${kept.join(", ")}, which others have added` +
                (named.length === 0
                  ? `.`
                  : `; ${named.join(", ")} holds of these alone now, and no more of ${state.resources.join(", ")}.`),
            ],
    };
  },
  ready: (cluster, inputs) =>
    untilThere(
      cluster,
      (cib) => missingForTag(cib, declared(inputs)),
      (missing) =>
        new PacemakerError(
          "conflict",
          `${inputs.resourceId}: ${missing} is not in the cluster's configuration, ${thereSeconds} s after the tag was to be ` +
            `made. Give the resources themselves (resources: [spool]), so that they are created before it, or mend the id. ` +
            `Nothing was changed.`,
        ),
    ),
});

export const tag = define<object>()({
  name: "tag",
  schema,
  ...life,

  async read(state) {
    const { cib } = await observeShared(clusterOf(state.connection));
    const found = tagIn(cib, state.resourceId);
    return (
      found && {
        ...state,
        resources: state.resources.filter((one) => found.includes(one)),
      }
    );
  },
});
