import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { describe } from "node:test";
import ts from "typescript";

const root = join(__dirname, "../..");
const page = readFileSync(join(root, "docs/ha_cluster.md"), "utf8");

/** The cells of the tables, without their heads. */
const rows = page
  .split("\n")
  .filter((line) => /^\| `/.test(line))
  .map((line) => line.slice(1, -1).split("|"));

const spans = (text = ""): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!);

/** The variables of the role in its version 1.32.1: of its defaults, and those that its README names beside. */
const variables =
  `acls admin_user_group admin_user_name alerts cluster_name cluster_present cluster_properties
constraints_colocation constraints_location constraints_order constraints_ticket corosync_key_src enable_repos
enable_repos_resilient_storage export_configuration extra_packages fence_agent_packages fence_virt_key_src
hacluster_password hacluster_qdevice_password install_cloud_agents manage_firewall manage_selinux node_options
pacemaker_key_src pacemaker_shell pcs_permission_list pcsd_certificates pcsd_private_key_src pcsd_public_key_src qnetd
quorum regenerate_keys resource_bundles resource_clones resource_defaults resource_groups
resource_operation_defaults resource_primitives sbd_enabled sbd_options secure_logging start_on_boot stonith_levels
totem transport use_latest_packages zypper_patterns`
    .split(/\s+/)
    .map((name) => `ha_cluster_${name}`);

/** By class of the package: its inputs, as the compiler knows them. */
function inputsOf(): Map<string, string[]> {
  const index = join(root, "provider/src/index.ts");
  const program = ts.createProgram([index], {
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(index)!;
  const exported = checker.getExportsOfModule(
    checker.getSymbolAtLocation(file)!,
  );
  return new Map(
    exported.flatMap((symbol) => {
      const type = checker.getTypeOfSymbolAtLocation(symbol, file);
      const args = type.getConstructSignatures()[0]?.getParameters()[1];
      if (!args) return [];
      const inputs = checker.getTypeOfSymbolAtLocation(args, file);
      const names = inputs.getProperties().map(({ name }) => name);
      return [[symbol.name, names] as const];
    }),
  );
}

describe("docs/ha_cluster.md", () => {
  test("has a row for each of the role's variables", () => {
    const named = rows.flatMap(([first]) => spans(first));
    assert.deepEqual(
      named.filter((name) => !name.startsWith(".")).sort(),
      variables,
    );
  });

  test("names inputs that there are", () => {
    const inputs = inputsOf();
    const named = spans(page).filter((span) => /^[A-Z]\w+(\.\w+)?$/.test(span));
    assert.ok(named.length > 60, `${named.length}`);
    for (const span of named) {
      const [kind = "", input] = span.split(".");
      const known = inputs.get(kind);
      assert.ok(known, `the package has no class ${kind}`);
      if (input !== undefined)
        assert.ok(known.includes(input), `${kind} has no input ${input}`);
    }
  });

  test("says why, where there is no input", () => {
    for (const cells of rows)
      assert.ok(
        cells.slice(1).some((cell) => /[a-zA-Z]/.test(cell)),
        cells.join("|"),
      );
  });
});
