import test from "node:test";
import assert from "node:assert/strict";
import { namesReplacement } from "../provider/src/engine";

const urn =
  "urn:pulumi:test::infra::pacemaker:index:SmtpStack$pulumi-nodejs:dynamic/pacemaker:FloatingIp::smtp_ip";

const names = (...words: string[]): boolean =>
  namesReplacement(
    ["/usr/bin/pulumi", "up", "--yes", ...words],
    "floatingIp",
    urn,
  );

test("a replacement that the command line names", () => {
  for (const flag of ["--replace", "--target-replace"]) {
    assert.equal(names(flag, urn), true);
    assert.equal(names(`${flag}=${urn}`), true);
    assert.equal(names(flag, "urn:other", flag, urn), true);
    assert.equal(names(flag, "**smtp_ip"), true);
    assert.equal(names(flag, "urn:pulumi:*::infra::**::smtp_*"), true);
  }
});

test("and what it does not name", () => {
  assert.equal(names(), false);
  assert.equal(names("--target", urn), false);
  assert.equal(names("--replace", `${urn}6`), false);
  assert.equal(names("--replace", "*smtp_ip"), false, "* ends at a colon");
  assert.equal(names("--replace", urn.replace("smtp_ip", "smtp.ip")), false);
  assert.equal(names("--replace"), false);
  assert.equal(names("--replace="), false);
});

test("of a resource whose name is not known yet, its type decides", () => {
  const ofType = (type: string, ...words: string[]): boolean =>
    namesReplacement(["pulumi", "up", ...words], type, undefined);
  assert.equal(ofType("floatingIp", "--replace", urn), true);
  assert.equal(ofType("systemdResource", "--replace", urn), false);
  assert.equal(ofType("systemdResource", "--replace", "**"), true);
  assert.equal(ofType("floatingIp", "--target", urn), false);
});
