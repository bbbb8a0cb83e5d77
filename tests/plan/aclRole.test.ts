import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import {
  planRole,
  removeRole,
  roleIn,
  type DeclaredRole,
} from "../../provider/src/plan/aclRole";
import { cibWith } from "../model/fixtures";

const cib = parseCib(
  cibWith(
    `<primitive id="a" class="ocf" provider="pacemaker" type="Dummy"/>`,
  ).replace(
    "</configuration>",
    `<acls>
      <acl_role id="watch" description="on call"><acl_permission id="watch-read" kind="read" xpath="/cib"/><acl_permission id="theirs" kind="deny" reference="a"/></acl_role>
      <acl_role id="other"><acl_permission id="other-read" kind="read" object-type="nodes"/></acl_role>
      <acl_target id="alice"><role id="watch"/><role id="other"/></acl_target>
      <acl_target id="bob"><role id="watch"/></acl_target>
      <acl_group id="operators"><role id="watch"/></acl_group>
    </acls></configuration>`,
  ),
);

const read = { access: "read", xpath: "/cib" } as const;
const declared = {
  id: "watch",
  description: "on call",
  permissions: [read],
  users: ["alice", "bob"],
  groups: ["operators"],
};

const plan = (
  given: Partial<DeclaredRole>,
  previous?: Partial<DeclaredRole>,
  adopts = false,
) =>
  planRole(
    cib,
    { ...declared, ...given },
    previous && { ...declared, ...previous },
    adopts,
  ).map((command) => command.join(" "));

const written = (text: string) =>
  `cibadmin --modify --allow-create --xml-text <configuration><acls>${text}</acls></configuration>`;
const gone = (xpath: string) =>
  `cibadmin --delete-all --force --xpath //acls/${xpath}`;

describe("a role of the access control", () => {
  test("is made, with ids of its own, and given to users and groups", () => {
    assert.deepEqual(
      plan({
        ...{ id: "new", description: undefined, users: ["alice", "carol"] },
        permissions: [
          read,
          { access: "read", reference: "a" },
          { access: "write", xpath: `//nvpair[@name="x"]` },
        ],
      }),
      [
        written(
          `<acl_role id="new"><acl_permission id="new-read" kind="read" xpath="/cib"/>` +
            `<acl_permission id="new-read-1" kind="read" reference="a"/>` +
            `<acl_permission id="new-write" kind="write" xpath="//nvpair[@name=&quot;x&quot;]"/></acl_role>`,
        ),
        ...["alice", "carol"].map((user) =>
          written(`<acl_target id="${user}"><role id="new"/></acl_target>`),
        ),
        written(`<acl_group id="operators"><role id="new"/></acl_group>`),
      ],
    );
  });

  test("is left as it is where it permits all that is declared, and more", () => {
    assert.deepEqual(plan({}), []);
    assert.deepEqual(plan({ description: undefined, users: [] }), []);
  });

  test("is changed where ours differ: theirs stay, and other roles of the same users", () => {
    const write = { access: "write", xpath: "/cib" } as const;
    assert.deepEqual(
      plan({ permissions: [write], users: [], groups: [] }, {}),
      [
        written(
          `<acl_role id="watch"><acl_permission id="watch-write" kind="write" xpath="/cib"/></acl_role>`,
        ),
        gone(`acl_role/acl_permission[@id="watch-read"]`),
        gone(`acl_target[@id="alice"]/role[@id="watch"]`),
        gone(`acl_target[@id="bob"]`),
        gone(`acl_group[@id="operators"]`),
      ],
    );
    assert.deepEqual(plan({ description: "by day" }, {}), [
      written(`<acl_role id="watch" description="by day"></acl_role>`),
    ]);
    assert.deepEqual(plan({ description: undefined }, {}), [
      written(`<acl_role id="watch" description=""></acl_role>`),
    ]);
  });

  test("that somebody has made is refused where it differs, and changed where that is asked for", () => {
    const other = {
      description: "by day",
      permissions: [read, { access: "deny", xpath: "//acls" } as const],
      users: ["alice", "carol"],
      groups: ["night"],
    };
    assert.throws(
      () => plan(other),
      /watch exists in the cluster and differs from what is declared:\n- its description is on call, declared is by day\n- it has no permission deny xpath \/\/acls\n- the user carol does not have it\n- the group night does not have it\n/,
    );
    assert.deepEqual(plan(other, undefined, true), [
      written(
        `<acl_role id="watch" description="by day"><acl_permission id="watch-deny" kind="deny" xpath="//acls"/></acl_role>`,
      ),
      written(`<acl_target id="carol"><role id="watch"/></acl_target>`),
      written(`<acl_group id="night"><role id="watch"/></acl_group>`),
    ]);
  });

  test("is refused under an id that something else has, and for what is not there", () => {
    assert.throws(() => plan({ id: "a" }), /a: .* already, for a <primitive>/);
    assert.throws(
      () => plan({ permissions: [{ access: "read", reference: "b" }] }),
      /watch: a permission is for b, which the cluster's configuration does not hold/,
    );
  });

  test("is refused to a group whose name is another's id, and not to a user of that name", () => {
    assert.throws(
      () => plan({ groups: ["a"] }, {}),
      /watch: the group a cannot have the role: .* for a <primitive>/,
    );
    assert.throws(
      () => plan({ id: "new", groups: ["new"] }),
      /the group new cannot have the role: .* for this role/,
    );
    assert.deepEqual(plan({ users: ["alice", "bob", "a"] }, {}), [
      written(`<acl_target id="a"><role id="watch"/></acl_target>`),
    ]);
  });

  test("goes from all who have it", () => {
    assert.deepEqual(
      removeRole(cib, "watch").map((command) => command.join(" ")),
      [
        gone(`acl_target[@id="alice"]/role[@id="watch"]`),
        gone(`acl_target[@id="bob"]`),
        gone(`acl_group[@id="operators"]`),
        gone(`acl_role[@id="watch"]`),
      ],
    );
    assert.deepEqual(removeRole(cib, "gone"), []);
    assert.equal(roleIn(cib, "other")?.permissions.length, 0);
  });
});
