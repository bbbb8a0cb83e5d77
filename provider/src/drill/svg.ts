/** A drill as a picture: what the client saw, and how the time was spent. */
import { escapeXml } from "../model/xml";
import { servedPieces, type Probe } from "./outage";
import { milliseconds, type DrillReport } from "./report";

const width = 900;
const left = 90;
const right = 20;

const colours: Readonly<Record<string, string>> = {
  ...{ detect: "#8c6d1f", stop: "#a6402f", address: "#3b6ea5" },
  ...{ start: "#5b7f3a", banner: "#6b5b95" },
};

/** @param probes what the client saw, all through the drill */
export function asSvg(report: DrillReport, probes: readonly Probe[]): string {
  const { fault, outage, phases, kind, target, from, to } = report;
  const begin = Math.min(fault, outage?.from ?? fault) - 1000;
  const end =
    Math.max(
      fault,
      outage?.to ?? fault,
      ...phases.map((one) => one.to * 1000),
    ) + 1000;
  const x = (at: number): number =>
    left +
    ((Math.min(Math.max(at, begin), end) - begin) / (end - begin)) *
      (width - left - right);
  const bar = (a: number, b: number, y: number, fill: string, title: string) =>
    `<rect x="${x(a).toFixed(1)}" y="${y}" width="${Math.max(1, x(b) - x(a)).toFixed(1)}" height="24" fill="${fill}"><title>${escapeXml(title)}</title></rect>`;
  const text = (at: number, y: number, words: string, anchor = "middle") =>
    `<text x="${at.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60].find(
    (one) => (end - begin) / 1000 / one <= 12,
  )!;
  const ticks: string[] = [];
  for (
    let second = Math.ceil((begin - fault) / 1000 / step) * step;
    fault + second * 1000 <= end;
    second += step
  ) {
    const at = x(fault + second * 1000);
    ticks.push(
      `<line x1="${at.toFixed(1)}" y1="44" x2="${at.toFixed(1)}" y2="132" stroke="#ddd"/>`,
      text(at, 148, `${Number(second.toFixed(1))} s`),
    );
  }
  const served = servedPieces(probes, 250).filter(
    (piece) => piece.to > begin && piece.from < end,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="160" viewBox="0 0 ${width} 160" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="160" fill="white"/>`,
    text(
      left,
      22,
      `${kind}: ${target} from ${from} to ${to}, ${(milliseconds(outage) / 1000).toFixed(2)} s without an answer`,
      "start",
    ),
    ...ticks,
    text(left - 10, 69, "client", "end"),
    bar(begin, end, 52, "#e9b4ab", "not served"),
    ...served.map((piece) =>
      bar(piece.from, piece.to, 52, "#9cc48a", "served"),
    ),
    text(left - 10, 109, "cluster", "end"),
    ...phases.flatMap(({ name, from: a, to: b }) => {
      const title = `${name}: ${(b - a).toFixed(2)} s`;
      const middle = (x(a * 1000) + x(b * 1000)) / 2;
      const wide = x(b * 1000) - x(a * 1000) > 45;
      return [
        bar(a * 1000, b * 1000, 92, colours[name] ?? "#888", title),
        ...(wide
          ? [text(middle, 108, name).replace("<text", `<text fill="white"`)]
          : []),
      ];
    }),
    `<line x1="${x(fault).toFixed(1)}" y1="36" x2="${x(fault).toFixed(1)}" y2="132" stroke="#a6402f" stroke-width="2"/>`,
    text(x(fault), 34, kind),
    `</svg>\n`,
  ].join("\n");
}
