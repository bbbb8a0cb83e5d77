import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import { configurationOf } from "../model/settings";
import { freeId } from "../model/writing";
import { child, children, type XmlElement } from "../model/xml";
import {
  deleteByXPath,
  giveAclRole,
  writeAclRole,
  type AclPermission,
  type AclSubject,
  type PcsCommand,
} from "../pcs/commands";
import { refuseDifferent, refuseTaken } from "./refusals";

/** A role as a program declares it. */
export interface DeclaredRole {
  readonly id: string;
  readonly description?: string | undefined;
  readonly permissions: readonly AclPermission[];
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** A role as the configuration has it. */
export interface Role extends DeclaredRole {
  readonly permissions: readonly (AclPermission & { readonly id: string })[];
}

const aclsOf = (cib: Cib): XmlElement | undefined =>
  child(configurationOf(cib), "acls");

/** By its Unix name, where the element is called otherwise. */
const nameOf = ({ attributes }: XmlElement): string =>
  attributes.name ?? attributes.id ?? "";

const rolesOf = (subject: XmlElement): string[] =>
  children(subject, "role").flatMap(({ attributes }) => attributes.id ?? []);

export function roleIn(cib: Cib, id: string): Role | undefined {
  const acls = aclsOf(cib);
  const found = children(acls, "acl_role").find(
    ({ attributes }) => attributes.id === id,
  );
  if (!found) return undefined;
  const having = (kind: AclSubject): string[] =>
    children(acls, kind)
      .filter((one) => rolesOf(one).includes(id))
      .map(nameOf);
  return {
    id,
    description: found.attributes.description,
    permissions: children(found, "acl_permission").flatMap(permissionOf),
    users: having("acl_target"),
    groups: having("acl_group"),
  };
}

/** Those by the type of an element, which pcs cannot make either, are nobody's here. */
function permissionOf({
  attributes,
}: XmlElement): (AclPermission & { readonly id: string })[] {
  const { id = "", kind, xpath, reference } = attributes;
  const known = ["read", "write", "deny"] as const;
  const access = known.find((one) => one === kind);
  if (!access) return [];
  if (xpath !== undefined) return [{ id, access, xpath }];
  return reference !== undefined ? [{ id, access, reference }] : [];
}

export const isSamePermission = (
  one: AclPermission,
  other: AclPermission,
): boolean =>
  one.access === other.access &&
  one.xpath === other.xpath &&
  one.reference === other.reference;

const textOf = ({ access, xpath, reference }: AclPermission): string =>
  `${access} ${xpath === undefined ? `id ${reference}` : `xpath ${xpath}`}`;

/** The objects that permissions name and the configuration does not hold. */
export function missingForRole(
  cib: Cib,
  { permissions }: DeclaredRole,
): string[] {
  return permissions.flatMap(({ reference }) =>
    reference === undefined || cib.ids.has(reference) ? [] : [reference],
  );
}

/**
 * What is to be done so that the role permits what is declared, and those have it who are declared. What others have added to it,
 * and other roles of the same users, stay.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time
 * @param adopts whether a role that is there and differs is changed then
 * @throws PacemakerError (conflict) when the id is taken by something else, a role that is there differs, or a permission is for
 *   what is not there.
 */
export function planRole(
  cib: Cib,
  declared: DeclaredRole,
  previous: DeclaredRole | undefined,
  adopts: boolean,
): PcsCommand[] {
  const { id, description } = declared;
  const found = roleIn(cib, id);
  if (!found) refuseTaken(cib, id);
  const missing = missingForRole(cib, declared);
  if (missing.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id}: a permission is for ${missing.join(", ")}, which the cluster's configuration does not hold. Give the resource's ` +
        `own resourceId, so that it is created before the role, or mend the id. Nothing was changed.`,
    );
  // Of a group, unlike of a user, the name is an id among all others.
  const taking = declared.groups.find(
    (name) =>
      !subjectOf(cib, "acl_group", name) && (cib.ids.has(name) || name === id),
  );
  if (taking !== undefined)
    throw new PacemakerError(
      "conflict",
      `${id}: the group ${taking} cannot have the role: the configuration uses its name as an id already, for ` +
        `${taking === id ? "this role" : `a <${cib.ids.get(taking)}>`}. Give the role to its users, or rename that. ` +
        `Nothing was changed.`,
    );
  if (found && !previous && !adopts)
    refuseDifferent(id, roleDifferences(found, declared));
  const lacking = declared.permissions.filter(
    (one) => !found?.permissions.some((other) => isSamePermission(one, other)),
  );
  const newWords =
    description !== undefined && description !== found?.description
      ? description
      : undefined;
  // An empty one is none to pcs and to Pacemaker.
  const noWords =
    description === undefined && previous?.description !== undefined && found
      ? ""
      : undefined;
  return [
    ...(!found || lacking.length > 0 || (newWords ?? noWords) !== undefined
      ? [writeAclRole(id, newWords ?? noWords, withIds(cib, id, lacking))]
      : []),
    ...(previous?.permissions ?? [])
      .filter(
        (one) =>
          !declared.permissions.some((other) => isSamePermission(one, other)),
      )
      .flatMap(
        (one) =>
          found?.permissions.find((other) => isSamePermission(one, other)) ??
          [],
      )
      .map((one) =>
        deleteByXPath(`//acls/acl_role/acl_permission[@id="${one.id}"]`),
      ),
    ...(["acl_target", "acl_group"] as const).flatMap((kind) => {
      const [wanted, were] = [declared, previous].map((one) =>
        kind === "acl_target" ? one?.users : one?.groups,
      );
      const leaving = (were ?? []).filter((name) => !wanted?.includes(name));
      return [
        ...(wanted ?? []).flatMap((name) => give(cib, kind, name, id)),
        ...leaving.flatMap((name) => take(cib, kind, name, id)),
      ];
    }),
  ];
}

/** Ids as pcs makes them. */
function withIds(
  cib: Cib,
  role: string,
  permissions: readonly AclPermission[],
): (AclPermission & { id: string })[] {
  const ids = new Map(cib.ids);
  return permissions.map((permission) => {
    const id = freeId({ ...cib, ids }, `${role}-${permission.access}`);
    ids.set(id, "acl_permission");
    return { ...permission, id };
  });
}

const subjectOf = (cib: Cib, kind: AclSubject, name: string) =>
  children(aclsOf(cib), kind).find((one) => nameOf(one) === name);

function give(
  cib: Cib,
  kind: AclSubject,
  name: string,
  role: string,
): PcsCommand[] {
  const found = subjectOf(cib, kind, name);
  if (found && rolesOf(found).includes(role)) return [];
  return [giveAclRole(kind, found?.attributes.id ?? name, role)];
}

/** A user without any role is bound by nothing but refused everything: it goes with its last one, as pcs has it. */
function take(
  cib: Cib,
  kind: AclSubject,
  name: string,
  role: string,
): PcsCommand[] {
  const found = subjectOf(cib, kind, name);
  const roles = found ? rolesOf(found) : [];
  if (!roles.includes(role)) return [];
  const subject = `//acls/${kind}[@id="${found!.attributes.id}"]`;
  return [
    deleteByXPath(
      roles.length === 1 ? subject : `${subject}/role[@id="${role}"]`,
    ),
  ];
}

/** Takes the role away, and from all who have it: the configuration would not be legal otherwise. */
export function removeRole(cib: Cib, id: string): PcsCommand[] {
  const found = roleIn(cib, id);
  if (!found) return [];
  return [
    ...found.users.flatMap((name) => take(cib, "acl_target", name, id)),
    ...found.groups.flatMap((name) => take(cib, "acl_group", name, id)),
    deleteByXPath(`//acls/acl_role[@id="${id}"]`),
  ];
}

function roleDifferences(found: Role, declared: DeclaredRole): string[] {
  const { description, permissions } = declared;
  const names = (
    words: string,
    there: readonly string[],
    own: readonly string[],
  ) =>
    own
      .filter((name) => !there.includes(name))
      .map((name) => `the ${words} ${name} does not have it`);
  return [
    ...(description !== undefined && description !== found.description
      ? [
          `its description is ${found.description ?? "none"}, declared is ${description}`,
        ]
      : []),
    ...permissions
      .filter(
        (one) =>
          !found.permissions.some((other) => isSamePermission(one, other)),
      )
      .map((one) => `it has no permission ${textOf(one)}`),
    ...names("user", found.users, declared.users),
    ...names("group", found.groups, declared.groups),
  ];
}
