import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  suitesOr,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  succeeded,
} from "../harness";

/** A certificate for mail.example.org, made for tests. */
const [key, certificate] = ["key", "cert"].map((what) =>
  readFileSync(
    join(__dirname, "../../outcome/fixtures", `mail.${what}.pem`),
    "utf8",
  ),
);

const withTls = `
cd /etc/postfix
cat >verify.pem <<'END'
${key}${certificate}END
postconf -e smtpd_tls_chain_files=/etc/postfix/verify.pem smtpd_tls_security_level=may myhostname=mail.example.org
`;

for (const suite of suitesOr("bookworm"))
  onLab(suite, "a stack that is looked at from outside", (lab) => {
    test("answers as declared, or the update fails with what was said", async (t) => {
      await onEveryNode(
        lab(),
        `cp /etc/postfix/main.cf /run/main.cf.before; ${withTls}`,
      );
      t.after(() =>
        onEveryNode(
          lab(),
          "mv /run/main.cf.before /etc/postfix/main.cf; rm -f /etc/postfix/verify.pem",
        ),
      );
      const program = (verify: object) =>
        `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, verifySync: true, verify: ${JSON.stringify(verify)} });`;
      const right = {
        banner: "mail.example.org",
        ehlo: ["SIZE", "PIPELINING"],
        certificate: { name: "mail.example.org", days: 14 },
      };
      const project = await makeProject(t, lab(), { program: program(right) });
      succeeded(await project.up());
      nothingChanged(await project.up(["--expect-no-changes"]));

      const wrong = { ...right, certificate: { name: "smtp.example.net" } };
      project.writeProgram(program(wrong));
      const { output } = failedWith(await project.up());
      const address = lab().floatingAddress.replaceAll(".", "\\.");
      assert.match(
        output,
        new RegExp(
          `- ${address}, port 25, seen from node-0\\d: the certificate is made out for DNS:mail\\.example\\.org, and not for smtp\\.example\\.net\\n` +
            ` +< 220 mail\\.example\\.org ESMTP`,
        ),
      );

      // The machine that runs Pulumi alone is asked, and must be able to.
      const fromHere = { ...wrong, from: ["pulumi"] };
      project.writeProgram(program(fromHere));
      const here = failedWith(await project.up()).output;
      assert.match(
        here,
        new RegExp(
          `- ${address}, port 25, seen from the machine that runs Pulumi: the certificate is made out for DNS:mail`,
        ),
      );
      assert.doesNotMatch(here, /seen from node/);
      const shut =
        "nft add table inet lab_shut && nft add chain inet lab_shut in '{ type filter hook input priority 0; }' && nft add rule inet lab_shut in ip saddr 192.0.2.1 tcp dport 25 drop";
      await onEveryNode(lab(), shut);
      project.writeProgram(program({ ...right, from: ["pulumi"] }));
      assert.match(
        failedWith(await project.up()).output,
        /seen from the machine that runs Pulumi: .*no connection within 3 s/,
      );
      // Unless it is asked for by name, a machine without a way there is no fault of the service.
      project.writeProgram(program(right));
      succeeded(await project.up());
      await onEveryNode(lab(), "nft delete table inet lab_shut");
      project.writeProgram(program({ ...right, from: ["pulumi"] }));
      succeeded(await project.up());
      nothingChanged(await project.up(["--expect-no-changes"]));

      // What is told by a refresh is looked at again by the next update.
      await onEveryNode(
        lab(),
        "postconf -e myhostname=other.example.org; postfix status 2>/dev/null && postfix reload || :",
      );
      project.writeProgram(program(right));
      const refreshed = await project.refresh();
      assert.match(refreshed.output, /seen from outside it does not answer/);
      failedWith(await project.up());
      await onEveryNode(
        lab(),
        "postconf -e myhostname=mail.example.org; postfix status 2>/dev/null && postfix reload || :",
      );
      succeeded(await project.up());
      nothingChanged(await project.up(["--expect-no-changes"]));

      // The nodes are alike, until somebody changes one of them.
      const alike = succeeded(await project.preview());
      assert.doesNotMatch(alike.output, /not set up alike|could not be looked/);
      const { name: changed } = lab().nodes[1]!;
      await onNode(lab(), changed, "postconf", "-e", "message_size_limit=4711");
      for (const told of [await project.preview(), await project.refresh()])
        assert.match(
          succeeded(told).output,
          new RegExp(
            `Postfix is not set up alike .*\\n +main\\.cf, message_size_limit: nothing on [^;]*; "4711" on ${changed}\\n`,
          ),
        );
    });
  });
