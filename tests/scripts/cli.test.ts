import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { waysOut } from "../../scripts/cli";
import { goVersion } from "../../scripts/cli/build";
import { misfit, sourcesToTry } from "../../scripts/cli/choose";
import { offlineEnv, pathWith } from "../../scripts/cli/offline";
import { cacheRoot, npxVersionDir } from "../../scripts/cli/places";
import {
  compareVersions,
  parseVersion,
  versionFits,
} from "../../scripts/cli/version";

suite("which Pulumi CLI fits", () => {
  for (const version of [
    "v3.216.0",
    "3.259.0",
    "v3.300.1\n",
    "v3.259.0-alpha.1",
  ]) {
    test(`${JSON.stringify(version)} fits`, () =>
      assert.equal(versionFits(version), true));
  }
  for (const version of [
    "v3.215.9",
    "v2.300.0",
    "v4.0.0",
    "",
    "warning: a new version",
  ]) {
    test(`${JSON.stringify(version)} does not`, () =>
      assert.equal(versionFits(version), false));
  }

  test("versions compare as numbers, missing ones as zero", () => {
    assert.deepEqual(parseVersion("v3.10.2"), [3, 10, 2]);
    assert.ok(compareVersions([3, 10, 0], [3, 9, 9]) > 0);
    assert.equal(compareVersions([1, 26], [1, 26, 0]), 0);
    assert.deepEqual(goVersion("go1.25.11"), [1, 25, 11]);
  });
});

suite("where the CLI comes from", () => {
  const good = { dir: "/opt/pulumi", version: "v3.250.0", languageHost: true };

  test("an installed CLI that fits wins", () => {
    assert.deepEqual(sourcesToTry(good, true), ["installed"]);
  });

  test("one that does not fit is passed over, with the reason", () => {
    const old = { ...good, version: "v3.100.0" };
    assert.deepEqual(sourcesToTry(old, true), ["cache"]);
    assert.equal(
      misfit(old),
      "pulumi v3.100.0 in /opt/pulumi does not fit: >= 3.216.0 (older ones ignore the inputs that a dynamic " +
        "resource's read returns) and < 4",
    );
  });

  test("one without its language host as well", () => {
    const alone = { ...good, languageHost: false };
    assert.deepEqual(sourcesToTry(alone, false), ["downloaded", "built"]);
    assert.equal(
      misfit(alone),
      "pulumi v3.250.0 in /opt/pulumi has no pulumi-language-nodejs beside it or in the PATH",
    );
  });

  test("nothing here: first the download, then the build", () => {
    assert.deepEqual(sourcesToTry(undefined, false), ["downloaded", "built"]);
    assert.deepEqual(sourcesToTry(undefined, true), ["cache"]);
  });

  test("when nothing works, the message lists every way out", () => {
    const text = waysOut("fetch failed", "there is no Go");
    assert.match(text, /install pulumi >= 3\.216\.0/);
    assert.match(text, /allow the download .*\(now: fetch failed\)/);
    assert.match(text, /install Go >= 1\.\d+.* \(now: there is no Go\)/);
  });
});

suite("the CLI's places", () => {
  test("the cache follows PACEMAKER_CACHE, XDG_CACHE_HOME, HOME, in that order", () => {
    const all = { PACEMAKER_CACHE: "/c", XDG_CACHE_HOME: "/x", HOME: "/h" };
    assert.equal(cacheRoot(all), "/c");
    assert.equal(
      cacheRoot({ ...all, PACEMAKER_CACHE: "" }),
      "/x/pulumi-pacemaker",
    );
    assert.equal(cacheRoot({ HOME: "/h" }), "/h/.cache/pulumi-pacemaker");
    assert.notEqual(cacheRoot({ HOME: "" }), ".cache/pulumi-pacemaker");
  });

  test("npx looks below PULUMI_HOME", () => {
    assert.equal(
      npxVersionDir("3.1.0", { HOME: "/h" }),
      "/h/.pulumi/versions/3.1.0",
    );
    assert.equal(
      npxVersionDir("3.1.0", { PULUMI_HOME: "/p" }),
      "/p/versions/3.1.0",
    );
  });

  test("an offline run keeps everything in its own folder", () => {
    const env = offlineEnv("/tmp/with space");
    assert.equal(
      env.PULUMI_BACKEND_URL,
      "file:///tmp/with%20space?metadata=skip",
    );
    assert.equal(env.PULUMI_HOME, "/tmp/with space/.pulumi-home");
    assert.equal(env.PULUMI_CONFIG_PASSPHRASE, "");
    assert.equal(pathWith("/cli", "/usr/bin:/bin"), "/cli:/usr/bin:/bin");
    assert.equal(pathWith("/cli", ""), "/cli");
  });
});
