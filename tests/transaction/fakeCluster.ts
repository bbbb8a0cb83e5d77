import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../provider/src/connection";
import type { PacemakerError } from "../../provider/src/errors";
import { parseXml } from "../../provider/src/model/xml";
import type {
  Exec,
  ExecOptions,
  ExecResult,
  Host,
} from "../../provider/src/ssh/exec";

type Values = Record<string, string>;

let stubs: string | undefined;

/** One for the process, gone with it. */
function stubFolder(): string {
  if (stubs === undefined) {
    const made = mkdtempSync(join(tmpdir(), "pacemaker-stubs-"));
    process.on("exit", () => rmSync(made, { recursive: true, force: true }));
    stubs = made;
  }
  return stubs;
}

export interface FakePrimitive {
  kind: "primitive";
  id: string;
  agent: string;
  options: Values;
  meta: Values;
  operations: { name: string; attributes: Values }[];
  /** The meta attributes of its clone `ID-clone`, where it stands in one. */
  clone?: Values;
}

export interface FakeGroup {
  kind: "group";
  id: string;
  members: FakePrimitive[];
  meta: Values;
}

export interface FakeUnit {
  /** All its names, with their suffix, where it has aliases. */
  Names?: string;
  /** The lines of its file that name it otherwise once it is enabled; without that, nothing finds them. */
  Alias?: string;
  LoadState?: string;
  UnitFileState?: string;
  ActiveState?: string;
  Type?: string;
  RemainAfterExit?: string;
  Wants?: string;
  WantedBy?: string;
  RequiredBy?: string;
  BoundBy?: string;
  ConsistsOf?: string;
  PartOf?: string;
  TriggeredBy?: string;
  Conflicts?: string;
  /** Its [Install] section, as its file has it. */
  Install?: string;
}

export interface FakeNode {
  address: string;
  name: string;
  /** What opening the connection ends with. */
  openFails?: PacemakerError;
  /** How long opening the connection takes, in ms. */
  openTakes?: number;
  online: boolean;
  units: Map<string, FakeUnit>;
  /** Answers before the cluster does, or not. */
  answer?: (
    argv: readonly string[],
    options: ExecOptions,
  ) => ExecResult | undefined | Promise<ExecResult | undefined>;
}

const ok = (stdout = ""): ExecResult => ({ code: 0, stdout, stderr: "" });

export const failed = (code: number, stderr: string): ExecResult => ({
  code,
  stdout: "",
  stderr,
});

/**
 * A cluster in memory: it keeps a configuration, takes versioned patches as cibadmin does, runs what is configured at
 * once, and answers the commands that the provider sends over ssh. The staging script runs in a real shell, with stubs
 * in the place of pcs and Pacemaker's tools: a "difference" is the list of pcs commands.
 */
export class FakeCluster {
  readonly nodes: FakeNode[];
  version = { adminEpoch: 0, epoch: 5, numUpdates: 0 };
  resources: (FakePrimitive | FakeGroup)[] = [];
  constraints = "";
  dc: string | undefined;
  quorate = true;
  idle = true;
  /** Whatever crm_simulate foresees, as <rsc_action> elements. */
  planned = "";
  /** The steps that it takes to get there, likewise. */
  transition = "";
  /** Whether it would start nothing that is supposed to be there. */
  startsNothing = false;
  /** The ids whose start, or stop, fails. */
  readonly startFails = new Set<string>();
  readonly stopFails = new Set<string>();
  readonly standby = new Set<string>();
  /** What keeps Pacemaker from acting: of the whole cluster, by node, by resource. */
  maintenance = false;
  readonly maintained = new Set<string>();
  readonly unmanaged = new Set<string>();
  /** By tag: the ids that it names. */
  readonly tags = new Map<string, string[]>();
  /** The patches that were applied: the commands of each. */
  readonly commits: string[][] = [];
  /** Every command that was run, as "node: words". */
  readonly log: string[] = [];
  /** How pcs refuses a command that holds the given words. */
  refuses: { words: string; code: number; text: string } | undefined;
  /** crm_verify's verdict on the CIB as it was, and as it would be. */
  verify = { old: { code: 0, text: "" }, new: { code: 0, text: "" } };
  /** What it foresees on a copy, as <rsc_action> elements: without a change, and with one. */
  foreseen = { before: "", after: "" };
  /** The commands by which the copies were changed that it looked at. */
  readonly lookedAt: string[][] = [];
  /** Called before each patch is looked at: another writer's chance. */
  beforePatch: (() => void) | undefined;
  /** The ids whose start failed, until somebody cleans that up: Pacemaker does not try again before. */
  /** What comes of a configuration that it is given. */
  private wouldStart(cib: string): string {
    const ids = [...cib.matchAll(/<primitive id="([^"]+)"/g)];
    const starts =
      this.startsNothing || this.maintenance
        ? []
        : ids.map(
            ([, id]) =>
              `<rsc_action action="Start" resource="${id}" node="node-01"/>`,
          );
    return `<pacemaker-result><cluster_status/><actions>${starts.join("")}</actions></pacemaker-result>\n`;
  }

  private readonly startFailed = new Set<string>();
  private readonly running = new Map<string, string>();
  private readonly stubs = stubFolder();

  constructor(names: readonly string[] = ["node-01", "node-02", "node-03"]) {
    this.nodes = names.map((name, index) => ({
      name,
      address: `192.0.2.${11 + index}`,
      online: true,
      units: new Map(),
    }));
    this.dc = names[0];
    this.writeStubs();
  }

  get connection(): Connection {
    return { hosts: this.nodes.map((node) => node.address) };
  }

  node(name: string): FakeNode {
    return this.nodes.find((node) => node.name === name)!;
  }

  readonly open = async (
    _connection: Connection,
    address: string,
  ): Promise<Host> => {
    const node = this.nodes.find((one) => one.address === address);
    if (!node) throw new Error(`the test has no host ${address}`);
    if (node.openTakes !== undefined)
      await new Promise((resolve) => setTimeout(resolve, node.openTakes));
    if (node.openFails) throw node.openFails;
    return { address, label: `${address}:22`, exec: this.execOn(node) };
  };

  primitive(id: string): FakePrimitive | undefined {
    for (const found of this.resources) {
      if (found.kind === "primitive" && found.id === id) return found;
      const member =
        found.kind === "group" && found.members.find((one) => one.id === id);
      if (member) return member;
    }
    return undefined;
  }

  group(id: string): FakeGroup | undefined {
    return this.resources.find(
      (found): found is FakeGroup => found.kind === "group" && found.id === id,
    );
  }

  groupOf(id: string): FakeGroup | undefined {
    return this.resources.find(
      (found): found is FakeGroup =>
        found.kind === "group" && found.members.some((one) => one.id === id),
    );
  }

  /** Changes the configuration as another person would, with pcs on the live cluster. */
  edit(...commands: string[]): void {
    for (const command of commands) this.apply(command.split(" "));
    this.version.epoch += 1;
    this.version.numUpdates = 0;
    this.settle();
  }

  /** Where a resource runs. */
  runsOn(id: string): string | undefined {
    return this.running.get(id);
  }

  private execOn(node: FakeNode): Exec {
    return async (argv, options = {}) => {
      this.log.push(`${node.name}: ${argv.join(" ")}`);
      const answer = await node.answer?.(argv, options);
      if (answer) return answer;
      return this.run(node, argv, options);
    };
  }

  /** What the node would answer by itself. */
  async run(
    node: FakeNode,
    argv: readonly string[],
    { stdin = "" }: ExecOptions = {},
  ): Promise<ExecResult> {
    const [path = "", ...words] = argv;
    switch (path) {
      case "/usr/sbin/crm_node":
        return ok(`${node.name}\n`);
      case "/usr/sbin/postconf":
        // As Debian installs it.
        return ok(
          words.includes("-M")
            ? "smtp inet n - y - - smtpd\n"
            : "inet_interfaces = all\ninet_protocols = all\nsmtp_bind_address =\nsmtp_bind_address6 =\n",
        );
      case "/usr/sbin/crm_mon":
        return ok(this.crmMon());
      case "/usr/sbin/crmadmin":
        return ok(
          `Controller on ${this.dc} in state ${this.idle ? "S_IDLE" : "S_TRANSITION_ENGINE"}: ok\n`,
        );
      case "/usr/sbin/crm_simulate":
        if (words.includes("--xml-pipe") && words.includes("--show-scores"))
          return ok(this.wouldStart(stdin ?? ""));
        return ok(
          // Without one of these it prints the status only.
          words.includes("--simulate") || words.includes("--run")
            ? `<pacemaker-result><cluster_status>${this.statusOfResources()}</cluster_status><actions>${this.planned}</actions><transition>${this.transition}</transition></pacemaker-result>\n`
            : `<pacemaker-result><cluster_status/></pacemaker-result>\n`,
        );
      case "/usr/sbin/crm_resource":
        this.startFailed.delete(words[words.indexOf("--resource") + 1] ?? "");
        this.settle();
        return ok();
      case "/usr/sbin/cibadmin":
        return words[0] === "--query" ? ok(this.cib()) : this.patch(stdin);
      case "/bin/sh":
        return this.stage(stdin);
      case "/usr/bin/systemctl":
        return this.systemctl(node, words);
      case "/bin/grep":
        return ok(
          [...node.units]
            .filter(([, { Alias }]) => Alias !== undefined)
            .map(
              ([name, { Alias }]) =>
                `/lib/systemd/system/${name}.service:Alias=${Alias}\n`,
            )
            .join(""),
        );
      case "/usr/bin/env":
        return ok(`${this.addresses(node)}\n\n${this.listeners(node)}`);
      default:
        return failed(127, `sh: 1: ${path}: not found`);
    }
  }

  cib(): string {
    const { adminEpoch, epoch, numUpdates } = this.version;
    return (
      `<cib validate-with="pacemaker-3.9" epoch="${epoch}" num_updates="${numUpdates}" admin_epoch="${adminEpoch}" ` +
      `have-quorum="${this.quorate ? 1 : 0}">` +
      `<configuration><crm_config/><nodes>` +
      this.nodes
        .map((node, index) => `<node id="${index + 1}" uname="${node.name}"/>`)
        .join("") +
      `</nodes><resources>${this.resources.map(resourceXml).join("")}</resources>` +
      `<constraints>${this.constraints}</constraints><tags>` +
      [...this.tags]
        .map(
          ([id, named]) =>
            `<tag id="${id}">${named.map((one) => `<obj_ref id="${one}"/>`).join("")}</tag>`,
        )
        .join("") +
      `</tags></configuration><status/></cib>\n`
    );
  }

  /** What runs where, as crm_mon and crm_simulate print it. */
  private statusOfResources(): string {
    const status = (found: FakePrimitive): string => {
      if (found.clone && !this.isStopped(found))
        return this.usable()
          .map(
            ({ name }) =>
              `<resource id="${found.id}" resource_agent="${found.agent}" role="Started" active="true" orphaned="false" ` +
              `blocked="false" managed="${!this.isHeld(found.id)}" failed="false"><node name="${name}"/></resource>`,
          )
          .join("");
      const node = this.running.get(found.id);
      const stuck = this.stopFails.has(found.id) && this.isStopped(found);
      return (
        `<resource id="${found.id}" resource_agent="${found.agent}" role="${node ? "Started" : "Stopped"}" ` +
        `active="${node !== undefined}" orphaned="false" blocked="${stuck && node !== undefined}" ` +
        `managed="${!stuck && !this.isHeld(found.id)}" failed="${stuck}">${node ? `<node name="${node}"/>` : ""}</resource>`
      );
    };
    const all = this.resources.map((found) =>
      found.kind === "primitive"
        ? status(found)
        : `<group id="${found.id}">${found.members.map(status).join("")}</group>`,
    );
    return `<resources>${all.join("")}</resources>`;
  }

  private crmMon(): string {
    const failures = [
      ...[...this.startFailed].flatMap((id) =>
        this.primitive(id)
          ? this.nodes.map((node) => this.failure(id, "start", node.name, 7))
          : [],
      ),
      ...[...this.stopFails].flatMap((id) => {
        const found = this.primitive(id);
        const node = this.running.get(id);
        return found && node && this.isStopped(found)
          ? [this.failure(id, "stop", node, 1)]
          : [];
      }),
    ];
    return (
      `<pacemaker-result><summary>` +
      (this.dc === undefined
        ? `<current_dc present="false"/>`
        : `<current_dc present="true" name="${this.dc}" with_quorum="${this.quorate}"/>`) +
      `<cluster_options stonith-enabled="false" maintenance-mode="${this.maintenance}" stop-all-resources="false"/></summary><nodes>` +
      this.nodes
        .map(
          ({ name, online }) =>
            `<node name="${name}" online="${online}" standby="${this.standby.has(name)}" maintenance="${this.maintained.has(name)}" pending="false"/>`,
        )
        .join("") +
      `</nodes>${this.statusOfResources()}` +
      `<failures>${failures.join("")}</failures></pacemaker-result>\n`
    );
  }

  private failure(id: string, task: string, node: string, code: number) {
    return (
      `<failure op_key="${id}_${task}_0" node="${node}" exitstatus="${code === 7 ? "not running" : "error"}" ` +
      `exitreason="" exitcode="${code}" status="complete" task="${task}"/>`
    );
  }

  private isStopped(found: FakePrimitive): boolean {
    const role = found.meta["target-role"];
    const around = found.clone ?? this.groupOf(found.id)?.meta;
    return (role ?? around?.["target-role"]) === "Stopped";
  }

  private usable(): FakeNode[] {
    return this.nodes.filter(
      (node) => node.online && !this.standby.has(node.name),
    );
  }

  private isHeld(id: string): boolean {
    return (
      this.maintenance ||
      this.unmanaged.has(id) ||
      this.maintained.has(this.running.get(id) ?? "")
    );
  }

  /** Starts and stops what the configuration says, at once. */
  settle(): void {
    const usable = this.usable();
    const present = new Set<string>();
    this.resources.forEach((found, index) => {
      const chain = found.kind === "group" ? found.members : [found];
      const started = chain.map((one) => this.running.get(one.id));
      // What stands alone goes to another node each, as Pacemaker spreads it.
      const home =
        started.find((name) => usable.some((node) => node.name === name)) ??
        usable[index % Math.max(1, usable.length)]?.name;
      let up = home !== undefined;
      for (const one of chain) {
        present.add(one.id);
        const here = this.running.get(one.id);
        if (this.isHeld(one.id)) {
          up &&= here !== undefined;
          continue;
        }
        up &&= !this.isStopped(one);
        if (up && here === undefined && this.startFails.has(one.id))
          this.startFailed.add(one.id);
        up &&= !this.startFailed.has(one.id);
        if (up) this.running.set(one.id, home!);
        else if (here === undefined || !this.stopFails.has(one.id))
          this.running.delete(one.id);
      }
    });
    for (const id of [...this.running.keys()])
      if (!present.has(id)) this.running.delete(id);
  }

  private patch(stdin: string): ExecResult {
    this.beforePatch?.();
    const root = parseXml(stdin);
    const source = root.children[0]?.children[0]?.attributes ?? {};
    const { adminEpoch, epoch, numUpdates } = this.version;
    if (
      root.children[0]?.name !== "version" ||
      Number(source.admin_epoch) !== adminEpoch ||
      Number(source.epoch) !== epoch ||
      Number(source.num_updates) !== numUpdates
    )
      return failed(
        103,
        "Call cib_apply_diff failed (-205): Update was older than existing configuration",
      );
    const commands = root.children
      .slice(1)
      .map(({ attributes }) => decoded(attributes.argv ?? ""));
    for (const command of commands) this.apply(command);
    this.version.epoch += 1;
    this.version.numUpdates = 0;
    this.commits.push(commands.map((command) => command.join(" ")));
    this.settle();
    return ok();
  }

  /** pcs, as far as the provider uses it. */
  private apply(argv: readonly string[]): void {
    const [topic, verb, ...rest] = argv;
    const fail = (why: string): never => {
      throw new Error(`the fake cluster: ${argv.join(" ")}: ${why}`);
    };
    const primitive = (id: string | undefined): FakePrimitive =>
      this.primitive(id ?? "") ?? fail(`there is no ${id}`);
    const detach = (found: FakePrimitive): void => {
      const group = this.groupOf(found.id);
      if (group) {
        group.members.splice(group.members.indexOf(found), 1);
        if (group.members.length === 0)
          this.resources.splice(this.resources.indexOf(group), 1);
      } else this.resources.splice(this.resources.indexOf(found), 1);
    };
    if (topic === "cibadmin" && verb === "--delete-all") {
      const xpath = rest.at(-1)!;
      const quoted = (text: string, attribute: string) =>
        [...text.matchAll(new RegExp(`@${attribute}="([^"]*)"`, "g"))].map(
          ([, value]) => value!,
        );
      const [, ids = ""] = /^\/\/primitive\[([^\]]*)\]/.exec(xpath) ?? [];
      for (const id of quoted(ids, "id"))
        for (const name of quoted(xpath, "name"))
          delete primitive(id).meta[name];
      for (const id of /^\/\/constraints\/\*\[@id=/.test(xpath)
        ? quoted(xpath, "id")
        : [])
        this.constraints = this.constraints.replace(
          new RegExp(`<[^<]* id="${id}"[^<]*/>`),
          "",
        );
    } else if (topic === "cibadmin" && rest.includes("constraints")) {
      this.constraints += rest.at(-1);
    } else if (topic === "cibadmin" && verb === "--delete") {
      const [, id] = /resources\/primitive\[@id="([^"]*)"\]$/.exec(rest[1]!)!;
      if (this.groupOf(id!)) fail("it is a member");
      detach(primitive(id));
    } else if (topic === "cibadmin") {
      const { name, attributes } = parseXml(rest.at(-1) ?? "");
      if (name === "op") {
        const { id, ...values } = attributes;
        Object.assign(this.operation(id ?? "") ?? fail("no op"), values);
      } else
        primitive(attributes.id).agent =
          `${attributes.class}:${attributes.type}`;
    } else if (topic === "tag") {
      const [tag = "", , named] = rest;
      const before = this.tags.get(tag) ?? fail("there is no such tag");
      if (verb === "remove") this.tags.delete(tag);
      else
        this.tags.set(
          tag,
          before.filter((one) => one !== named),
        );
    } else if (verb === "create") {
      const [id = "", agent = "", ...words] = rest;
      if (this.primitive(id)) fail("it exists");
      const at = (word: string): number =>
        words.includes(word) ? words.indexOf(word) : words.length;
      const created: FakePrimitive = {
        kind: "primitive",
        id,
        agent,
        options: {},
        meta: {},
        operations: [],
      };
      assign(created.options, words.slice(0, Math.min(at("op"), at("meta"))));
      assign(created.meta, words.slice(at("meta") + 1));
      for (const word of words.slice(at("op") + 1, at("meta")))
        if (word.includes("="))
          assign(created.operations.at(-1)!.attributes, [word]);
        else created.operations.push({ name: word, attributes: {} });
      this.resources.push(created);
    } else if (verb === "update") {
      const [id, ...words] = rest;
      const found = primitive(id);
      if (words[0] === "op") {
        const operation = found.operations.find(
          (one) => one.name === words[1],
        ) ?? { name: words[1]!, attributes: {} };
        if (!found.operations.includes(operation))
          found.operations.push(operation);
        operation.attributes = {};
        assign(operation.attributes, words.slice(2));
      } else assign(found.options, words);
    } else if (verb === "meta") {
      const [id = "", ...words] = rest;
      const cloned = this.primitive(id.replace(/-clone$/, ""))?.clone;
      assign(cloned ?? (this.group(id) ?? primitive(id)).meta, words);
    } else if (verb === "clone") {
      primitive(rest[0]).clone = {};
    } else if (verb === "unclone") {
      delete primitive(rest[0]).clone;
    } else if (verb === "group" && rest[0] === "add") {
      const [, id = "", ...words] = rest;
      const where = words[0]?.startsWith("--") ? words.splice(0, 2) : [];
      const members = words.map((word) => primitive(word));
      for (const member of members) {
        if (this.groupOf(member.id)?.id === id) fail("it is a member already");
        detach(member);
      }
      let group = this.group(id);
      if (!group) {
        group = { kind: "group", id, members: [], meta: {} };
        this.resources.push(group);
      }
      const ids = group.members.map((one) => one.id);
      const at = where[1] === undefined ? ids.length : ids.indexOf(where[1]);
      if (at < 0) fail(`${where[1]} is no member`);
      group.members.splice(
        at + (where[0] === "--after" ? 1 : 0),
        0,
        ...members,
      );
    } else if (verb === "group" && rest[0] === "remove") {
      for (const id of rest.slice(2)) {
        const found = primitive(id);
        if (this.groupOf(id)?.id !== rest[1]) fail(`${id} is no member`);
        detach(found);
        this.resources.push(found);
      }
    } else if (verb === "ungroup") {
      const group = this.group(rest[0] ?? "") ?? fail("there is no such group");
      this.resources.splice(this.resources.indexOf(group), 1, ...group.members);
    } else if (verb === "delete") {
      detach(primitive(rest[0]));
    } else fail("the fake does not know this");
  }

  private operation(id: string): Values | undefined {
    const all = this.resources.flatMap((found) =>
      found.kind === "group" ? found.members : [found],
    );
    for (const found of all)
      for (const operation of found.operations)
        if (operationId(found, operation) === id) return operation.attributes;
    return undefined;
  }

  private writeStubs(): void {
    if (existsSync(join(this.stubs, "pcs"))) return;
    const stub = (name: string, text: string): void => {
      const path = join(this.stubs, name);
      writeFileSync(path, `#!/bin/sh\n${text}`);
      chmodSync(path, 0o755);
    };
    const record = `printf '<command argv="%s"/>\\n' "$(printf '%s\\0' "$@" | base64 -w0)" >>"$file"\n`;
    const refuse = `case "$*" in *"$REFUSED"*) printf '%s\\n' "$REFUSAL" >&2; exit "$REFUSED_CODE";; esac\n`;
    stub(
      "pcs",
      `[ "$1" = -f ] || exit 99\nfile=$2; shift 2\n${refuse}${record}`,
    );
    // What it reads is written down as if it had been an argument.
    const spelled = `left=$#\nwhile [ "$left" -gt 0 ]; do word=$1; shift; left=$((left - 1)); case $word in --xml-pipe) set -- "$@" --xml-text "$(cat)";; *) set -- "$@" "$word";; esac; done\n`;
    stub(
      "cibadmin",
      `file=$CIB_file\n${spelled}set -- cibadmin "$@"\n${refuse}${record}`,
    );
    stub(
      "crm_verify",
      `case "$2" in */old.xml) printf %s "$VERIFY_OLD"; exit "$VERIFY_OLD_CODE";; *) printf %s "$VERIFY_NEW"; exit "$VERIFY_NEW_CODE";; esac\n`,
    );
    const simulation = (actions: string): string =>
      `printf '<pacemaker-result><actions>%s</actions></pacemaker-result>\\n' "${actions}"`;
    stub(
      "crm_simulate",
      `[ "$3 $4" = "--simulate --output-as=xml" ] || exit 99\ncase "$2" in */old.xml) ${simulation("$FORESEEN_OLD")};; *) cp "$2" "$COPY"; ${simulation("$FORESEEN_NEW")};; esac\necho 'beside the XML' >&2\n`,
    );
    stub(
      "crm_diff",
      `cmp -s "$2" "$4" && exit 0\necho '<diff format="2">'\ntail -n "+$(($(wc -l <"$2") + 1))" "$4"\necho '</diff>'\nexit 1\n`,
    );
  }

  private async stage(script: string): Promise<ExecResult> {
    const copy = join(this.stubs, `copy-${randomUUID()}`);
    const result = await runScript(script, this.stubs, {
      COPY: copy,
      FORESEEN_OLD: this.foreseen.before,
      FORESEEN_NEW: this.foreseen.after,
      REFUSED: this.refuses?.words ?? "no command holds these words",
      REFUSED_CODE: String(this.refuses?.code ?? 1),
      REFUSAL: this.refuses?.text ?? "",
      VERIFY_OLD: this.verify.old.text,
      VERIFY_OLD_CODE: String(this.verify.old.code),
      VERIFY_NEW: this.verify.new.text,
      VERIFY_NEW_CODE: String(this.verify.new.code),
    });
    if (existsSync(copy)) {
      const recorded = readFileSync(copy, "utf8").matchAll(
        /<command argv="([^"]*)"/g,
      );
      this.lookedAt.push(
        [...recorded].map(([, argv]) => decoded(argv!).join(" ")),
      );
      rmSync(copy);
    }
    return result;
  }

  private systemctl(node: FakeNode, words: readonly string[]): ExecResult {
    const [verb] = words;
    const named = (word: string): [string, FakeUnit] => {
      const name = word.replace(/\.service$/, "");
      return (
        [...node.units].find(
          ([id, { Names = "" }]) =>
            id === name || Names.split(" ").includes(word),
        ) ?? [name, { LoadState: "not-found" }]
      );
    };
    if (verb === "show")
      return ok(
        words
          .slice(words.indexOf("--") + 1)
          .map((word) => {
            const [id, unit] = named(word);
            const full = /\.\w+$/.test(id) ? id : `${id}.service`;
            return Object.entries({
              Id: full,
              Names: full,
              LoadState: "loaded",
              UnitFileState: "disabled",
              ActiveState: "inactive",
              Type: "forking",
              RemainAfterExit: "no",
              Wants: "",
              Requires: "",
              WantedBy: "",
              RequiredBy: "",
              ...unit,
            })
              .filter(([key]) => key !== "Alias" && key !== "Install")
              .map(([key, value]) => `${key}=${value}\n`)
              .join("");
          })
          .join("\n"),
      );
    const [, unit] = named(words.at(-1) ?? "");
    if (verb === "cat") return ok(`[Install]\n${unit.Install ?? ""}\n`);
    if (verb === "disable") unit.UnitFileState = "disabled";
    if (verb === "enable") unit.UnitFileState = "enabled";
    const isNow = words.includes("--now");
    if (verb === "start" || (verb === "enable" && isNow))
      unit.ActiveState = "active";
    if (verb === "stop" || (verb === "disable" && isNow))
      unit.ActiveState = "inactive";
    return ok();
  }

  private onNode(node: FakeNode): FakePrimitive[] {
    return [...this.running]
      .map(([id, name]) => ({ found: this.primitive(id)!, name }))
      .filter(({ found, name }) => found.clone || name === node.name)
      .map(({ found }) => found);
  }

  private listeners(node: FakeNode): string {
    const agents = this.onNode(node).map(({ agent }) => agent);
    const line = (unit: string, port: string): string =>
      agents.some((agent) => agent.startsWith(`systemd:${unit}`))
        ? `   1: 00000000:${port} 00000000:0000 0A\n`
        : "";
    return (
      "  sl  local_address rem_address   st\n" +
      "   0: 00000000:0016 00000000:0000 0A\n" +
      line("postfix", "0019") +
      line("nginx", "0050")
    );
  }

  private addresses(node: FakeNode): string {
    const held = this.onNode(node).filter((one) =>
      one.agent.endsWith(":IPaddr2"),
    );
    return JSON.stringify([
      { ifname: "lo", addr_info: [{ local: "127.0.0.1", prefixlen: 8 }] },
      {
        ifname: "eth0",
        addr_info: [
          { local: node.address, prefixlen: 24 },
          ...held.map(({ options }) => ({
            local: options.ip,
            prefixlen: Number(options.cidr_netmask ?? 24),
          })),
        ],
      },
    ]);
  }
}

/** Runs the staging script in a real shell, with the stubs before all else in its PATH. */
export function runScript(
  script: string,
  stubs: string,
  env: NodeJS.ProcessEnv = {},
): Promise<ExecResult> {
  const line = "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n";
  if (!script.includes(line)) throw new Error("the script sets no PATH");
  const child = spawn("/bin/sh", ["-s"], {
    env: { PATH: process.env.PATH, TMPDIR: tmpdir(), ...env },
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(
    script.replace(
      line,
      () => `PATH='${stubs}':/usr/sbin:/usr/bin:/sbin:/bin\n`,
    ),
  );
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** The words of a command, as the stubs write them down. */
function decoded(argv: string): string[] {
  return Buffer.from(argv, "base64").toString().split("\0").slice(0, -1);
}

/** Sets name=value words; an empty value takes the name away. */
function assign(values: Values, words: readonly string[]): void {
  for (const word of words) {
    const at = word.indexOf("=");
    const [name, value] = [word.slice(0, at), word.slice(at + 1)];
    if (value === "") delete values[name];
    else values[name] = value;
  }
}

function escape(value: string): string {
  return value.replace(/[&<>"\n]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function pairs(owner: string, set: string, values: Values): string {
  const entries = Object.entries(values);
  if (entries.length === 0) return "";
  return (
    `<${set} id="${owner}-${set}">` +
    entries
      .map(
        ([name, value]) =>
          `<nvpair id="${owner}-${set}-${name}" name="${name}" value="${escape(value)}"/>`,
      )
      .join("") +
    `</${set}>`
  );
}

function operationId(
  { id }: FakePrimitive,
  { name, attributes }: { name: string; attributes: Values },
): string {
  return `${id}-${name}-interval-${attributes.interval ?? "0s"}`;
}

function resourceXml(found: FakePrimitive | FakeGroup): string {
  if (found.kind === "primitive" && found.clone) {
    const { clone, ...alone } = found;
    return `<clone id="${found.id}-clone">${resourceXml(alone)}${pairs(`${found.id}-clone`, "meta_attributes", clone)}</clone>`;
  }
  if (found.kind === "group")
    return `<group id="${found.id}">${found.members.map(resourceXml).join("")}${pairs(found.id, "meta_attributes", found.meta)}</group>`;
  const parts = found.agent.split(":");
  const agent =
    parts.length === 3
      ? `class="${parts[0]}" provider="${parts[1]}" type="${parts[2]}"`
      : `class="${parts[0]}" type="${parts.slice(1).join(":")}"`;
  return (
    `<primitive id="${found.id}" ${agent}>` +
    pairs(found.id, "instance_attributes", found.options) +
    pairs(found.id, "meta_attributes", found.meta) +
    `<operations>` +
    found.operations
      .map(
        ({ name, attributes }) =>
          `<op id="${operationId(found, { name, attributes })}" name="${name}" ` +
          Object.entries({ interval: "0s", ...attributes })
            .map(([key, value]) => `${key}="${escape(value)}"`)
            .join(" ") +
          `/>`,
      )
      .join("") +
    `</operations></primitive>`
  );
}
