import { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import { observeShared } from "../cluster/transaction/observe";
import { PacemakerError } from "../errors";
import { propertySets, valuesOf } from "../model/settings";
import { parseBoolean } from "../model/values";
import type { Cib } from "../model/cib";
import type { AclPermission } from "../pcs/commands";
import {
  isSamePermission,
  missingForRole,
  planRole,
  removeRole,
  roleIn,
  type DeclaredRole,
} from "../plan/aclRole";
import type { AclRoleArgs } from "./classes/aclRole";
import { define, inputsOf } from "./define";
import { adopt, connection, id, text, wrong } from "./inputs";
import { settingsLife } from "./settings";
import { thereSeconds, untilThere } from "./there";

const accessWords = `"read", "write" or "deny"`;
const isName = (value: string): boolean => /^[^\s\p{Cc}"'<>&]+$/u.test(value);
const isXPath = (value: string): boolean => {
  const bare = value.replace(/"[^"]*"|'[^']*'/g, "");
  const count = (letter: string) => bare.split(letter).length;
  return (
    /^\(*\//.test(value) &&
    !/["']/.test(bare) &&
    count("[") === count("]") &&
    count("(") === count(")")
  );
};

const permission = z
  .strictObject(
    {
      access: z.enum(["read", "write", "deny"], {
        error: (issue) => wrong(issue.input, accessWords),
      }),
      xpath: text(
        `an XPath of the configuration, such as "/cib" or "//constraints"`,
        isXPath,
      ).optional(),
      reference: id.optional(),
    },
    { error: `must be like { access: "read", xpath: "/cib" }` },
  )
  .superRefine(({ xpath, reference }, context) => {
    if ((xpath === undefined) === (reference === undefined))
      context.addIssue({
        code: "custom",
        message: `must have either "xpath" or "reference"`,
      });
  });

/** As XML has an id, which the name of a group is in the configuration. */
const isXmlId = (value: string): boolean => /^[A-Za-z_][\w.-]*$/.test(value);

const names = (whom: string, holds: (value: string) => boolean) =>
  z
    .array(text(`the name of a ${whom} of the nodes`, holds))
    .refine((all) => new Set(all).size === all.length, {
      error: "has a name twice",
    })
    .optional();

const textOf = ({ access, xpath, reference }: z.output<typeof permission>) =>
  JSON.stringify([access, xpath, reference]);

const schema = inputsOf<AclRoleArgs>()({
  connection,
  resourceId: id,
  adopt: adopt.optional(),
  description: text("a text", (value) => value !== "").optional(),
  permissions: z
    .array(permission)
    .min(1, "is empty, but a role must have at least one permission")
    .refine((all) => new Set(all.map(textOf)).size === all.length, {
      error: "has a permission twice",
    }),
  users: names("user", isName),
  groups: names("group", isXmlId),
});

type Inputs = z.output<typeof schema>;

const declared = (inputs: Inputs): DeclaredRole => ({
  id: inputs.resourceId,
  description: inputs.description,
  permissions: inputs.permissions as AclPermission[],
  users: inputs.users ?? [],
  groups: inputs.groups ?? [],
});

const isEnabled = (cib: Cib): boolean =>
  parseBoolean(valuesOf(propertySets(cib))["enable-acl"] ?? "false") === true;

/** What a person should know of who is bound by it, and who is not. */
function remarks(cib: Cib, inputs: Inputs): string[] {
  const { users = [], groups = [], permissions, connection: how } = inputs;
  const unbound = users.filter((name) => ["root", "hacluster"].includes(name));
  const login = how.user ?? "root";
  const isBound = !["root", "hacluster"].includes(login);
  const mayAll =
    permissions.every(({ access }) => access !== "deny") &&
    permissions.some(
      ({ access, xpath }) => access === "write" && xpath === "/cib",
    );
  const fails = `where it may not write to /cib, the next run fails.`;
  return [
    ...(isEnabled(cib)
      ? []
      : [
          `holds for nobody as long as the cluster's property enable-acl is not true.`,
        ]),
    ...(unbound.length > 0
      ? [`does not bind ${unbound.join(" and ")}: Pacemaker lets them do all.`]
      : []),
    ...(isBound && !mayAll && users.includes(login)
      ? [
          `binds ${login}, as whom this program itself works on the cluster: ${fails}`,
        ]
      : []),
    ...(isBound && !mayAll && groups.length > 0
      ? [
          `binds ${login} too if it is a member of ${groups.join(" or ")}, as whom this program itself works on the cluster: ${fails}`,
        ]
      : []),
  ];
}

const life = settingsLife<Inputs, object>({
  plan(cib, inputs, previous, isAhead) {
    const wanted = declared(inputs);
    const missing = isAhead ? missingForRole(cib, wanted) : [];
    // What the program may still be about to make is named once it is there.
    const permissions = wanted.permissions.filter(
      ({ reference }) =>
        reference === undefined || !missing.includes(reference),
    );
    return {
      commands: planRole(
        cib,
        { ...wanted, permissions },
        previous && declared(previous),
        inputs.adopt === "update",
      ),
    };
  },
  planRemoval: (cib, state) => ({
    commands: removeRole(cib, state.resourceId),
  }),
  dangers: ({ cib }, inputs) => remarks(cib, inputs),
  ready: (cluster, inputs) =>
    untilThere(
      cluster,
      (cib) => missingForRole(cib, declared(inputs)),
      (missing) =>
        new PacemakerError(
          "conflict",
          `${inputs.resourceId}: a permission is for ${missing}, which is not in the cluster's configuration, ${thereSeconds} s ` +
            `after the role was to be made. Give the resource's own resourceId, so that it is created before the role, or ` +
            `mend the id. Nothing was changed.`,
        ),
    ),
});

export const aclRole = define<object>()({
  name: "aclRole",
  schema,
  ...life,

  async read(state) {
    const { cib } = await observeShared(clusterOf(state.connection));
    const found = roleIn(cib, state.resourceId);
    if (!found) return undefined;
    const still = (
      given: readonly string[] | undefined,
      there: readonly string[],
    ) => given?.filter((name) => there.includes(name));
    return {
      ...state,
      ...(state.description === undefined
        ? {}
        : { description: found.description }),
      permissions: state.permissions.filter((one) =>
        found.permissions.some((other) =>
          isSamePermission(one as AclPermission, other),
        ),
      ),
      ...(state.users ? { users: still(state.users, found.users) } : {}),
      ...(state.groups ? { groups: still(state.groups, found.groups) } : {}),
    };
  },
});
