import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  startNode,
  stopNode,
  waitMissed,
  waitOnline,
  type Lab,
} from "../../../lab";
import {
  failedWith,
  linesInLogs,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  smtpStack,
  succeeded,
  suitesOr,
  watchArguments,
} from "../harness";
import { remoteCommands } from "../life/commands";

const canary = "canary-in-a-file";

/** A service of three files; the check and the activation are scripts on the nodes, which a test can break. */
const files = (one: string, more: Record<string, unknown> = {}) => `
new pacemaker.SynchronizedFiles("lab", { connection, ...${JSON.stringify({
  files: {
    "/etc/lab/one.conf": { content: one },
    "/etc/lab/two.conf": {
      content: `password = ${canary}\n`,
      owner: "postfix",
      group: "postfix",
      mode: "640",
    },
  },
  check: ["/usr/local/bin/lab-check", "{/etc/lab}", "{/etc/lab/one.conf}"],
  activate: ["/usr/local/bin/lab-activate"],
  ...more,
})} });`;

const scripts = `
mkdir -p /etc/lab
echo other >/etc/lab/other.conf
cat >/usr/local/bin/lab-check <<'EOF'
#!/bin/sh
[ ! -e /run/lab-check-fails ] || { echo "line 1: $(cat "$1/two.conf")"; exit 3; }
cmp "$1/one.conf" "$2" && cmp "$1/other.conf" /etc/lab/other.conf && [ "$1" != /etc/lab ]
EOF
cat >/usr/local/bin/lab-activate <<'EOF'
#!/bin/sh
[ ! -e /run/lab-activate-fails ] || exit 4
cat /etc/lab/one.conf >>/run/lab-activated
EOF
chmod 755 /usr/local/bin/lab-*`;

const remove = `rm -rf /etc/lab /usr/local/bin/lab-* /run/lab-*`;

/** What stands in the folder on each node, with all that may be seen of it. */
function shown(lab: Lab): Promise<Record<string, string>> {
  return onEveryNode(
    lab,
    `cd /etc/lab; stat -c '%A %U %G %n' $(ls -A); cat one.conf; cat /run/lab-activated 2>/dev/null || true`,
  );
}

function everywhere(lab: Lab, text: string): Record<string, string> {
  return Object.fromEntries(lab.nodes.map(({ name }) => [name, text]));
}

onLab("bookworm", "files that are the same on every node", (lab) => {
  test("are staged, checked, replaced, put back, caught up and mended", async (t) => {
    t.after(() => onEveryNode(lab(), remove));
    await onEveryNode(lab(), remove);
    const project = await makeProject(t, lab(), {
      program: files("first\n"),
      env: { PACEMAKER_DEBUG: "1" },
    });
    const texts = new Map<string, string>();

    // What a node refuses is said in preview.
    const refused = await project.preview();
    failedWith(
      refused,
      "[conflict] lab: its files cannot be what is declared. Nothing was changed.",
      "- /etc/lab/one.conf on node-01: the folder /etc/lab is not there: make it on each node, or correct the path",
      "- /etc/lab/two.conf on node-03: the folder /etc/lab",
    );
    await onEveryNode(lab(), scripts);
    const preview = succeeded(await project.preview(["--diff"]));
    texts.set("preview", preview.output);
    assert.match(
      preview.output,
      /foreseen: lab: this change will replace \/etc\/lab\/one\.conf, \/etc\/lab\/two\.conf on node-01; then/,
    );

    const content = (one: string, activated: string) =>
      `-rw-r--r-- root root one.conf\n-rw-r--r-- root root other.conf\n` +
      `-rw-r----- postfix postfix two.conf\n${one}${activated}`;
    texts.set("up", succeeded(await project.up(["--diff"])).output);
    const first = everywhere(lab(), content("first\n", "first\n"));
    assert.deepEqual(await shown(lab()), first);

    nothingChanged(await project.up(["--expect-no-changes"]));
    const calm = nothingChanged(await project.refresh());
    const asked = remoteCommands(calm);
    assert.deepEqual(
      asked,
      lab().nodes.map(() => "/usr/bin/python3 -I -"),
      "one remote command a node",
    );
    texts.set("refresh", calm.output);
    texts.set("state", await project.exportText());

    // A check that fails on one node: nothing is changed on any. What it quotes is not told.
    project.writeProgram(files("second\n"));
    await onNode(lab(), "node-02", "touch", "/run/lab-check-fails");
    const checked = failedWith(
      await project.up(["--diff"]),
      "lab: the check of its files failed. Nothing was changed on any node. On node-02:",
      `"/usr/local/bin/lab-check '{/etc/lab}' '{/etc/lab/one.conf}'" ended with exit code 3: line 1: [secret] = [secret]`,
    );
    texts.set("failed check", checked.output);
    assert.deepEqual(await shown(lab()), first);
    await onNode(lab(), "node-02", "rm", "/run/lab-check-fails");

    // What fails on the last node puts the old files back on the others, and has them used again.
    await onNode(lab(), "node-03", "touch", "/run/lab-activate-fails");
    const put = failedWith(
      await project.up(),
      "lab: the new files could not be put to use on node-03:",
      `"/usr/local/bin/lab-activate" ended with exit code 4: no output`,
      "The old files are back on node-03, and could not be put to use there:",
    );
    texts.set("failed activation", put.output);
    const back = content("first\n", "first\nsecond\nfirst\n");
    assert.deepEqual(await shown(lab()), {
      "node-01": back,
      "node-02": back,
      "node-03": first["node-03"],
    });
    await onNode(lab(), "node-03", "rm", "/run/lab-activate-fails");
    await onEveryNode(lab(), "rm /run/lab-activated");

    // A node that is down is told of, and caught up.
    await stopNode(lab(), "node-03");
    await waitMissed(lab(), "node-03");
    const down = succeeded(await project.up());
    const late =
      /warning: lab: node-03 has not got these files: it was down\. A failover to it would run an old configuration\./;
    assert.match(down.output, late);
    assert.match(succeeded(await project.refresh()).output, late);
    assert.match(succeeded(await project.preview()).output, late);
    await startNode(lab(), "node-03");
    await waitOnline(lab(), ["node-03"]);
    const caught = succeeded(await project.up());
    assert.deepEqual(caught.changes, { same: 1, update: 1 });
    assert.doesNotMatch(caught.output, late);
    const second = everywhere(lab(), content("second\n", "second\n"));
    assert.deepEqual(await shown(lab()), second);
    nothingChanged(await project.up(["--expect-no-changes"]));

    // Somebody's hand on a file is a difference, without what stands in it.
    await onNode(
      lab(),
      "node-02",
      "/bin/sh",
      "-ec",
      "echo theirs >/etc/lab/one.conf; chmod 644 /etc/lab/two.conf",
    );
    const drift = succeeded(await project.refresh(["--diff"]));
    texts.set("drift", drift.output);
    assert.match(
      drift.output,
      /warning: lab: is not as declared on node-02: \/etc\/lab\/one\.conf has other content \(SHA-256 \w{12}, declared \w{12}\); \/etc\/lab\/two\.conf has the mode 0644 instead of 0640\./,
    );
    assert.doesNotMatch(drift.output, /theirs/);
    texts.set("state with drift", await project.exportText());
    assert.equal(succeeded(await project.preview()).changes.update, 1);
    const mended = succeeded(await project.up());
    assert.deepEqual(mended.changes, { same: 1, update: 1 });
    assert.deepEqual(await shown(lab()), {
      ...second,
      "node-02": content("second\n", "second\nsecond\n"),
    });

    // What is deleted stays on the nodes.
    succeeded(await project.destroy());
    assert.match((await shown(lab()))["node-01"]!, /one\.conf/);
    for (const [where, text] of texts)
      assert.ok(!text.includes(canary), `${where} holds the canary`);
  });
});

interface Postfix {
  main?: Record<string, unknown>;
  master?: Record<string, unknown>;
  maps?: Record<string, unknown>;
  tls?: Record<string, string>;
}

const stackOf = (postfix: Postfix): string =>
  `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, postfix: ${JSON.stringify(postfix)} });`;

const onAll = (lab: Lab, value: string): Record<string, string> =>
  Object.fromEntries(lab.nodes.map(({ name }) => [name, value]));

const effective = (lab: Lab, ...names: string[]) =>
  onEveryNode(lab, `postconf -hx ${names.join(" ")}`);

const masterPid = (lab: Lab, node: string) =>
  onNode(lab, node, "cat", "/var/spool/postfix/pid/master.pid");

for (const suite of suitesOr("trixie"))
  onLab(suite, "Postfix's configuration", (lab) => {
    test("is checked, rolled out, reloaded or restarted, and compared", async (t) => {
      const key = await onNode(
        ...[lab(), "node-01", "/bin/sh", "-ec"],
        `cd /run; openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=mail.example.org \
           -keyout key.pem -out cert.pem 2>/dev/null; cat key.pem; rm key.pem`,
      );
      const cert = await onNode(lab(), "node-01", "cat", "/run/cert.pem");
      const password = "canary-of-the-relay";
      const canaries = [password, ...key.split("\n").slice(1, -2)];
      const before = await onEveryNode(lab(), "cat /etc/postfix/main.cf");
      const declared = (main: Record<string, unknown>): Postfix => ({
        main: {
          relayhost: "[relay.example.org]:587",
          smtp_sasl_password_maps:
            "$default_database_type:/etc/postfix/sasl_passwd",
          myhostname: {
            perNode: Object.fromEntries(
              lab().nodes.map(({ name }) => [name, `${name}.mail.example.org`]),
            ),
          },
          ...main,
        },
        master: {
          "submission/inet":
            "n - y - - smtpd -o syslog_name=postfix/submission",
        },
        maps: {
          sasl_passwd: {
            content: `[relay.example.org]:587 user:${password}\n`,
            mode: "0600",
          },
        },
        tls: { key, cert },
      });
      const texts = new Map<string, string>();
      const project = await makeProject(t, lab(), {
        program: stackOf(
          declared({ relayhots: "x", message_size_limit: "abc" }),
        ),
        env: { PACEMAKER_DEBUG: "1", PULUMI_EXPERIMENTAL: "true" },
      });
      const seen = watchArguments(t, lab(), canaries);

      // Postfix itself says what is wrong, on each node, before anything is touched.
      const refused = failedWith(
        await project.preview(["--diff"]),
        "smtp_postfix: the check of its files failed. Nothing was changed on any node. On node-01:",
        "relayhots is no parameter of this Postfix, and nothing refers to it: check the spelling",
        "On node-03:",
        /fatal: bad numerical configuration: message_size_limit = abc/,
      );
      texts.set("refused preview", refused.output);
      assert.deepEqual(
        await onEveryNode(lab(), "cat /etc/postfix/main.cf"),
        before,
      );

      project.writeProgram(stackOf(declared({})));
      const plan = join(project.dir, "plan.json");
      const preview = await project.preview(["--diff", `--save-plan=${plan}`]);
      texts.set("preview", succeeded(preview).output);
      texts.set("plan", readFileSync(plan, "utf8"));
      texts.set("up", succeeded(await project.up(["--diff"])).output);
      const active = await smtpStack.serves(lab());
      assert.deepEqual(
        await effective(lab(), "relayhost", "myhostname"),
        Object.fromEntries(
          lab().nodes.map(({ name }) => [
            name,
            `[relay.example.org]:587\n${name}.mail.example.org\n`,
          ]),
        ),
      );
      assert.deepEqual(
        await onEveryNode(
          lab(),
          `postmap -q '[relay.example.org]:587' "$(postconf -h default_database_type):/etc/postfix/sasl_passwd"
          cd /etc/postfix; stat -c '%a %U %G' smtpd-key.pem smtpd-cert.pem sasl_passwd sasl_passwd.*db
          ls -A | grep -c pacemaker || true
          postconf -M submission/inet`,
        ),
        onAll(
          lab(),
          `user:${password}\n600 root root\n644 root root\n600 root postfix\n600 root postfix\n0\n` +
            `submission inet  n       -       y       -       -       smtpd -o syslog_name=postfix/submission\n`,
        ),
      );
      // What docs/postfix.md tells of, as a person asks it on a node.
      const byHand = (command: string) =>
        onNode(lab(), active, "/bin/sh", "-ec", command);
      assert.match(
        await byHand("postconf -x"),
        /^relayhost = \[relay\.example\.org\]:587$/m,
      );
      assert.match(await byHand("postconf -M"), /^submission inet .* smtpd/m);
      assert.equal(await byHand("postfix check"), "");
      assert.equal(
        await byHand(
          `postmap -s "$(postconf -h default_database_type):/etc/postfix/sasl_passwd"`,
        ),
        `[relay.example.org]:587\tuser:${password}\n`,
      );

      // What was not declared stays, letter by letter.
      for (const [node, text] of Object.entries(
        await onEveryNode(lab(), "cat /etc/postfix/main.cf"),
      ))
        for (const line of before[node]!.split("\n"))
          if (!/^(relayhost|myhostname|smtpd_tls_(key|cert)_file)\b/.test(line))
            assert.ok(text.split("\n").includes(line), `${node}: ${line}`);

      nothingChanged(await project.up(["--expect-no-changes"]));
      const calm = nothingChanged(await project.refresh());
      assert.equal(
        remoteCommands(calm).filter((line) => /python3/.test(line)).length,
        lab().nodes.length,
        "one remote command a node",
      );
      texts.set("state", await project.exportText());

      // A reload where that is enough: the master stays, and Debian's copies for its jail are fresh.
      const master = await masterPid(lab(), active);
      await onEveryNode(lab(), "echo '# fresh' >>/etc/hosts");
      project.writeProgram(stackOf(declared({ message_size_limit: 2048000 })));
      const reloaded = succeeded(await project.up());
      assert.deepEqual(reloaded.changes, { same: 5, update: 1 });
      assert.equal(await masterPid(lab(), active), master);
      await onNode(
        lab(),
        active,
        "cmp",
        "/etc/hosts",
        "/var/spool/postfix/etc/hosts",
      );

      // A stop and a start by the cluster where it is not: on the active node alone, and the address stays.
      const interfaces = `127.0.0.1, ${lab().floatingAddress}`;
      const main = { message_size_limit: 2048000, inet_interfaces: interfaces };
      project.writeProgram(stackOf(declared(main)));
      texts.set("restart", succeeded(await project.up()).output);
      assert.equal(await smtpStack.serves(lab()), active);
      assert.notEqual(await masterPid(lab(), active), master);
      assert.deepEqual(
        await onEveryNode(
          lab(),
          "journalctl -b --no-pager | grep -c 'ignoring inet_' || true",
        ),
        onAll(lab(), "0\n"),
        "what Postfix says of a change that a reload cannot do",
      );

      // A hand on a parameter is a difference.
      const passive = lab().nodes.find(({ name }) => name !== active)!.name;
      await onNode(lab(), passive, "postconf", "-e", "relayhost=theirs");
      // A table by another hand, newer than its source. The address in inet_interfaces is elsewhere.
      const folder = "/run/by-hand";
      const alone = `mkdir -p ${folder}; echo inet_interfaces=loopback-only >${folder}/main.cf`;
      const table = `"$(postconf -h default_database_type):/etc/postfix/sasl_passwd"`;
      const theirs = `printf 'theirs.example x:y\\n' | postmap -c ${folder} -i ${table}`;
      await onNode(lab(), passive, "/bin/sh", "-ec", `${alone}; ${theirs}`);
      const drift = succeeded(await project.refresh(["--diff"]));
      texts.set("drift", drift.output);
      assert.match(
        drift.output,
        new RegExp(
          `warning: smtp_postfix: is not as declared on ${passive}: /etc/postfix/main\\.cf has other content[^;]*; ` +
            `/etc/postfix/sasl_passwd\\.l?m?db holds other entries than /etc/postfix/sasl_passwd\\. `,
        ),
      );
      assert.doesNotMatch(drift.output, /theirs/);
      succeeded(await project.up());
      assert.match(
        (await effective(lab(), "relayhost"))[passive]!,
        /relay\.example/,
      );
      const asked = `${alone}; postmap -c ${folder} -q theirs.example ${table} || true; rm -r ${folder}`;
      assert.deepEqual(await onEveryNode(lab(), asked), onAll(lab(), ""));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      texts.set("destroy", succeeded(await project.destroy()).output);

      // The secrets are nowhere but in the files.
      const logged = await linesInLogs(lab(), canaries);
      assert.deepEqual(
        logged,
        Object.fromEntries(lab().nodes.map(({ name }) => [name, []])),
      );
      const known = await linesInLogs(lab(), ["reload -- version"]);
      assert.ok(known[active]!.length > 0, "the logs were not read");
      for (const [node, { count, found }] of Object.entries(
        await seen.stop(),
      )) {
        assert.ok(count > 20, `${count} looks on ${node}`);
        assert.deepEqual(found, [], node);
      }
      for (const [where, text] of texts)
        for (const one of canaries)
          assert.ok(
            !text.includes(one),
            `${where} holds a secret: ${text.slice(Math.max(0, text.indexOf(one) - 200), text.indexOf(one) + 20)}`,
          );
    });
  });
