/**
 * Writes docs/transport.md: what each fault of the first host costs, measured on a lab of three nodes.
 *
 *     node scripts/start.mjs tests/cluster/transport/table.ts [LAB] [--quick]
 *
 * With --quick it plays only a part, prints what it found as JSON and writes nothing.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inNamespace, requireLab } from "../../../lab";
import { measure, type Row } from "./faults";

const file = join(__dirname, "../../../docs/transport.md");
const [begin, end] = ["<!-- table: begin -->", "<!-- table: end -->"];

function cell(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}

function table(rows: readonly Row[]): string {
  return [
    "| stage | the first host ... | the next one worked after | what is said where there is no other host |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ stage, fault, next, alone }) => {
      const told = alone
        ? `after ${alone.seconds.toFixed(1)} s, ${alone.kind}: ${alone.message}`
        : "";
      return `| ${stage} | ${fault} | ${next.seconds.toFixed(1)} s | ${cell(told)} |`;
    }),
  ].join("\n");
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const quick = words.includes("--quick");
  const name = words.find((word) => !word.startsWith("--")) ?? "bookworm";
  const lab = requireLab(name);
  if (process.env.PACEMAKER_TRANSPORT_INSIDE === undefined) {
    const [program = "", ...args] = inNamespace(lab.namespace, [
      ...[process.execPath, ...process.execArgv, __filename, ...words],
    ]);
    const child = spawn(program, args, {
      env: { ...process.env, PACEMAKER_TRANSPORT_INSIDE: "1" },
      stdio: "inherit",
    });
    const [code] = (await once(child, "close")) as [number | null];
    process.exitCode = code ?? 1;
    return;
  }
  const { healthy, rows } = await measure(
    lab,
    (line) => console.error(line),
    quick,
  );
  if (quick) return console.log(JSON.stringify({ healthy, rows }));
  const text = readFileSync(file, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const [, after = ""] = rest.split(end);
  const heading =
    `On ${lab.nodes.length} nodes of Debian (${lab.suite}), Pacemaker ${lab.versions.pacemaker}. With a healthy first host the ` +
    `same work took ${healthy.toFixed(1)} s.`;
  writeFileSync(
    file,
    `${before}${begin}\n\n${heading}\n\n${table(rows)}\n\n${end}${after}`,
  );
}

main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
