import { z } from "zod";
import { clusterOf, reachEach } from "../cluster/nodes/members";
import { observeShared } from "../cluster/transaction/observe";
import { PacemakerError } from "../errors";
import {
  alertIn,
  planAlert,
  removeAlert,
  type DeclaredAlert,
} from "../plan/alert";
import { readAttributes } from "../plan/primitive";
import type { AlertArgs } from "./classes/alert";
import { define, inputsOf } from "./define";
import { adopt, asStrings, attributes, connection, id, text } from "./inputs";
import { settingsLife } from "./settings";

const isWords = (value: string): boolean =>
  value !== "" && !/\p{Cc}/u.test(value);

const part = {
  description: text("a text of one line", isWords).optional(),
  options: attributes({}).optional(),
  meta: attributes({}).optional(),
};

const schema = inputsOf<AlertArgs>()({
  connection,
  resourceId: id,
  adopt: adopt.optional(),
  path: text(
    "the absolute path of the alert's program on the nodes",
    (value) => isWords(value) && value.startsWith("/"),
  ),
  ...part,
  recipients: z
    .array(
      z.strictObject(
        { value: text("a text of one line", isWords), ...part },
        { error: `must be like { value: "someone@mail.example" }` },
      ),
    )
    .refine(
      (all) => new Set(all.map(({ value }) => value)).size === all.length,
      { error: "names a recipient twice" },
    )
    .optional(),
});

type Inputs = z.output<typeof schema>;

const declared = (inputs: Inputs): DeclaredAlert => ({
  id: inputs.resourceId,
  path: inputs.path,
  description: inputs.description,
  options: asStrings(inputs.options),
  meta: asStrings(inputs.meta),
  recipients: (inputs.recipients ?? []).map((one) => ({
    value: one.value,
    description: one.description,
    options: asStrings(one.options),
    meta: asStrings(one.meta),
  })),
});

const life = settingsLife<Inputs, object>({
  plan: (cib, inputs, previous) => ({
    commands: planAlert(
      cib,
      declared(inputs),
      previous && declared(previous),
      inputs.adopt === "update",
    ),
  }),
  planRemoval: (cib, { resourceId }) => ({
    commands: removeAlert(cib, resourceId),
  }),

  /** Pacemaker writes a line into a log where it cannot run it, and nobody is told. */
  async look(cluster, _seen, { resourceId, path }) {
    const lacking = await Promise.all(
      reachEach(cluster).map(async (reaching) => {
        const reached = await reaching;
        if (!("member" in reached)) return [];
        const { member } = reached;
        // What is down is not asked.
        const found = await member.host
          .exec(["/usr/bin/test", "-x", path], { reads: true })
          .catch(() => undefined);
        return found?.code === 1 ? [member.node] : [];
      }),
    );
    const nodes = lacking.flat();
    if (nodes.length > 0)
      throw new PacemakerError(
        "conflict",
        `${resourceId}: ${path} is no program on ${nodes.join(", ")}. Put it there, and let it be run ("chmod 755 ${path}"), on ` +
          `every node. Nothing was changed.`,
      );
  },
});

export const alert = define<object>()({
  name: "alert",
  schema,
  ...life,

  async read(state) {
    const { cib } = await observeShared(clusterOf(state.connection));
    const found = alertIn(cib, state.resourceId);
    if (!found) return undefined;
    const read = <Given extends Inputs | Recipient>(
      given: Given,
      there: DeclaredAlert | DeclaredAlert["recipients"][number],
    ): Given => ({
      ...given,
      ...(given.description === undefined
        ? {}
        : { description: there.description }),
      ...(given.options
        ? { options: readAttributes(there.options, given.options) }
        : {}),
      ...(given.meta ? { meta: readAttributes(there.meta, given.meta) } : {}),
    });
    return {
      ...read(state, found),
      path: found.path,
      ...(state.recipients
        ? {
            recipients: state.recipients.flatMap((one) => {
              const there = found.recipients.find(
                ({ value }) => value === one.value,
              );
              return there ? [read(one, there)] : [];
            }),
          }
        : {}),
    };
  },
});

type Recipient = NonNullable<Inputs["recipients"]>[number];
