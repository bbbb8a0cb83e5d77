import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { describe } from "node:test";

const root = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const page = read("docs/postfix.md");

/** Programs that somebody on call would run. */
const programs =
  /^(npx|npm|pulumi|pcs|crm_\w+|nft|systemctl|postsuper|postqueue|postmap|postconf|postfix) /;

/** Every command of the page: in a block of its own, or in a sentence. */
function commands(): string[] {
  const text = page.replace(/^```[^]*?^```$/gm, "");
  const blocks = [...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line!);
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  const fenced = [
    ...page.matchAll(/npx pulumi-pacemaker [\w-]+(?: --[\w-]+)?/g),
  ].map(([command]) => command);
  return [
    ...new Set(
      [
        ...blocks,
        ...spans.filter((span) => programs.test(span)),
        ...fenced,
      ].map((command) => command.trim()),
    ),
  ].sort();
}

const queues = "tests/cluster/postfix/queues.test.ts";
const drill = "tests/cluster/postfix/drill.test.ts";
const hot = "tests/cluster/postfix/hot.test.ts";
const configuration = "tests/cluster/postfix/configuration.test.ts";

const instances = "tests/cluster/postfix/instances.test.ts";

/** Those tests take the lines from the page itself. */
const byThePage = 'linesBelow("### A killed master on Debian 12")';
const toMakeOne = 'linesBelow("### To make one")';
const asThePageHasIt = "linesBelow(heading)";

/** Where each of them is run, and the words by which it is found there. */
const runs: Record<string, readonly [file: string, ...words: string[]]> = {
  "npx pulumi-pacemaker queues": [queues, `oursIn(project, ["queues"])`],
  "npx pulumi-pacemaker queues --drain": [
    queues,
    `"queues", "--drain", passive`,
  ],
  "npx pulumi-pacemaker queues --drain NODE": [
    ...([queues, `ours(lab(), ["queues", "--drain", passive])`] as const),
  ],
  "npx pulumi-pacemaker queues --drain NODE --host 192.0.2.11 --host 192.0.2.12 --host 192.0.2.13":
    ["tests/cluster/postfix/command.ts", `["--host", host]`],
  "npx pulumi-pacemaker drill --kind": [drill, `"--kind", kind`],
  "npx pulumi-pacemaker drill --kind kill": [drill, `"--kind", kind`],
  "npx pulumi-pacemaker drill --kind standby": [drill, `"--kind", kind`],
  'new pacemaker.SmtpStack("smtp", { ip, cidrNetmask, strandedMail: "leave" });':
    [queues, `strandedMail: "leave"`],
  "npx pulumi-pacemaker queues --instance": [
    ...([instances, `"queues", "--json", "--instance", instance`] as const),
  ],
  "npx pulumi-pacemaker queues --instance mx": [
    ...([instances, `shown(lab(), "mx")`] as const),
  ],
  "postmulti -e init": [instances, toMakeOne],
  "postmulti -I postfix-mx -e create": [instances, toMakeOne],
  "postmulti -i postfix-mx -e enable": [instances, toMakeOne],
  "systemctl enable postfix@-.service": [instances, asThePageHasIt],
  "systemctl disable postfix.service": [instances, asThePageHasIt],
  "sed '/^PartOf=/d' /usr/lib/systemd/system/postfix@.service >/etc/systemd/system/postfix@.service":
    [instances, asThePageHasIt],
  "postqueue -f": [queues, `"postqueue -f"`],
  "postsuper -H ALL": [queues, `"postsuper -H ALL"`],
  "systemctl stop pulumi-pacemaker-drain": [
    ...([queues, `"systemctl stop pulumi-pacemaker-drain"`] as const),
  ],
  "pulumi preview": [queues, "project.preview()"],
  "pulumi refresh": [queues, "project.refresh()"],
  "pulumi up": [queues, "project.up()"],
  "pulumi up --refresh": ["tests/cluster/life/hot.test.ts", `up(["--refresh"`],
  "pulumi destroy": [queues, "project.destroy()"],
  "pulumi stack output queues": [queues, `"stack", "output", "queues"`],
  "pulumi config get pacemaker:connection": [
    ...([queues, `"config", "get", "pacemaker:connection"`] as const),
  ],
  "pulumi stack export": [queues, "project.exportText()"],
  "crm_attribute --node NODE --name standby --lifetime reboot --delete": [
    ...([
      drill,
      "crm_attribute --node ${other} --name standby --lifetime reboot --delete",
    ] as const),
  ],
  "nft delete table inet pulumi_pacemaker_drill": [
    ...([drill, `"nft delete table inet pulumi_pacemaker_drill"`] as const),
  ],
  "mkdir -p /etc/systemd/system/postfix@-.service.d": [drill, byThePage],
  "printf '[Service]\\nPIDFile=/var/spool/postfix/pid/master.pid\\n' >/etc/systemd/system/postfix@-.service.d/main-process.conf":
    [drill, byThePage],
  "systemctl daemon-reload": [drill, byThePage],
  "pcs cluster start": [drill, `"pcs cluster start"`],
  "pcs cluster stop": [drill, `"pcs cluster stop"`],
  "pcs cluster config update totem token=MS": [
    ...([drill, "pcs cluster config update totem token=${value}"] as const),
  ],
  "pcs resource disable": [hot, `pcs("pcs resource disable `],
  "pcs status": [drill, `"pcs", "status"`],
  "postconf -M": [configuration, `byHand("postconf -M")`],
  "postconf -x": [configuration, `byHand("postconf -x")`],
  "postfix check": [configuration, `byHand("postfix check")`],
  "postmap -s": [configuration, "postmap -s "],
};

describe("docs/postfix.md", () => {
  test("each command in it is run by a test", () => {
    assert.deepEqual(
      commands(),
      Object.keys(runs).sort(),
      "add a row for what is new, with the test that runs it; take away what is gone",
    );
  });

  for (const [command, [file, ...words]] of Object.entries(runs))
    test(`${command}: ${file}`, () => {
      const text = read(file);
      for (const word of words)
        assert.ok(text.includes(word), `${file} does not hold ${word}`);
    });
});
