import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { REPO } from "../../scripts/cli/places";
import {
  suitesOr,
  configuration,
  copyModules,
  makeProject,
  nothingChanged,
  onLab,
  smtpStack,
  succeeded,
  wholeLife,
  workspaceModules,
  type Project,
} from "./harness";

/** A user's package of components, which knows the provider by its name only. */
const mailPackage = {
  "package.json": JSON.stringify({
    name: "@example/mail",
    version: "1.0.0",
    main: "index.js",
    dependencies: { "pulumi-pacemaker": "*" },
  }),
  "index.js": `"use strict";
const pulumi = require("@pulumi/pulumi");
const pacemaker = require("pulumi-pacemaker");
exports.Mail = class Mail extends pulumi.ComponentResource {
  constructor(name, args, options) {
    super("example:index:Mail", name, {}, options);
    this.stack = new pacemaker.SmtpStack(name, args, { parent: this });
    this.registerOutputs({ endpoint: this.stack.endpoint });
  }
};
`,
};

const program = `
const { Mail } = require("@example/mail");
new Mail("smtp", { connection, ip, cidrNetmask });
`;

/** The same resources, made by the workspace's provider: what the package does is written out. */
const inlineProgram = mailPackage["index.js"]
  .replace('"use strict";\n', "")
  .replace(/^const (pulumi|pacemaker) .*\n/gm, "")
  .concat(
    `new exports.Mail("smtp", { connection, ip, cidrNetmask });\ndelete exports.Mail;\n`,
  );

function npm(folder: string, ...args: string[]): string {
  return execFileSync(
    "npm",
    [
      ...args,
      "--offline",
      "--no-audit",
      "--ignore-scripts",
      "--loglevel=error",
    ],
    {
      cwd: folder,
      encoding: "utf8",
    },
  ).trim();
}

/**
 * Installs both tarballs by npm. What they depend on is linked from the repository, so that no registry is asked.
 */
function installPackages(root: string): string {
  const tarballs = join(root, "tarballs");
  const mail = join(root, "mail");
  const user = join(root, "user");
  for (const folder of [tarballs, mail, user]) mkdirSync(folder);
  for (const [file, text] of Object.entries(mailPackage))
    writeFileSync(join(mail, file), text);
  const pack = ["pack", "--ignore-scripts", "--pack-destination", tarballs];
  npm(join(REPO, "provider"), ...pack);
  npm(mail, ...pack);

  const dependencies = Object.fromEntries(
    ["@pulumi/pulumi", "saxes", "ssh2", "zod"].map((name) => [
      name,
      `file:${realpathSync(join(workspaceModules, name))}`,
    ]),
  );
  writeFileSync(
    join(user, "package.json"),
    JSON.stringify({ name: "user", private: true, dependencies }),
  );
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  assert.equal(files.length, 2);
  npm(user, "install", "--install-links=false", ...files);
  const modules = join(user, "node_modules");
  for (const name of ["pulumi-pacemaker", "@example/mail"])
    assert.ok(
      lstatSync(join(modules, name)).isDirectory(),
      `${name} is a link`,
    );
  return modules;
}

/** The text of each provider in state. */
async function providerTexts(project: Project): Promise<string[]> {
  const resources = await project.resources();
  const texts = resources
    .filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"))
    .sort((a, b) => (a.urn < b.urn ? -1 : 1))
    // A string, and no encrypted one: it holds no secret.
    .map(({ inputs }) => String(inputs?.__provider));
  assert.equal(texts.length, 3);
  return texts;
}

let root = "";
let installed = "";
before(() => {
  root = mkdtempSync(join(tmpdir(), "pacemaker-test-package-"));
  installed = installPackages(root);
});
after(() => rmSync(root, { recursive: true, force: true }));

for (const suite of suitesOr("trixie"))
  onLab(suite, "a package with an SmtpStack", (lab) => {
    test("installed from tarballs: comes up in order, stays as it is, fails over, goes without a trace", async (t) => {
      await wholeLife(t, lab(), { program, nodeModules: installed });
    });

    // What is in the state does not depend on the cluster's versions.
    if (suite !== "bookworm") return;

    test("installed, then linked, then edited: one state, one text of the provider", async (t) => {
      const clean = await configuration(lab());
      const project = await makeProject(t, lab(), {
        program,
        nodeModules: installed,
      });
      succeeded(await project.up());
      const texts = await providerTexts(project);

      project.useModules(workspaceModules);
      project.writeProgram(inlineProgram);
      nothingChanged(await project.up(["--expect-no-changes"]));
      assert.deepEqual(await providerTexts(project), texts);

      const edited = copyModules(mkdtempSync(join(root, "edited-")));
      const dist = join(edited, "dist");
      for (const file of readdirSync(dist, { recursive: true }) as string[])
        if (file.endsWith(".js"))
          appendFileSync(join(dist, file), "\n// a later release\n");
      appendFileSync(
        join(dist, "provider.js"),
        `process.stderr.write("the later release runs\\n");\n`,
      );
      project.useModules(join(edited, ".."));
      const up = nothingChanged(await project.up(["--expect-no-changes"]));
      assert.match(up.output, /the later release runs/);
      assert.deepEqual(await providerTexts(project), texts);

      for (const text of texts) {
        assert.ok(text.length < 1024, `${text.length} characters: ${text}`);
        assert.doesNotMatch(text, /PRIVATE KEY|192\.0\.2\./);
      }
      // Destroy runs what is installed now, not what was when the resources were made.
      const destroyed = succeeded(await project.destroy());
      assert.match(destroyed.output, /the later release runs/);
      await smtpStack.isGone(lab(), clean);
    });
  });
