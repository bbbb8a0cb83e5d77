/** The report as a picture: nodes as columns, resources as rows, before and after. */
import { escapeXml } from "../model/xml";
import { summaryOf, type Report } from "./report";

const rowHeight = 22;
const top = 64;
const labelWidth = 190;
const nodeWidth = 110;
const gap = 40;

const colours = {
  stays: "#c9d6c2",
  restarts: "#d9a441",
  gone: "#e9b4ab",
  come: "#9cc48a",
} as const;

export function asPicture(report: Report): string {
  const { nodes, before, after, effects } = report;
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const half = nodes.length * nodeWidth;
  const width = labelWidth + 2 * half + gap + 20;
  const height = top + ids.length * rowHeight + 20;
  const text = (x: number, y: number, words: string, anchor = "middle") =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
  const halves = [
    { left: labelWidth, title: "before", places: before },
    { left: labelWidth + half + gap, title: "after", places: after },
  ];
  const rows = ids.flatMap((id, row) => {
    const y = top + row * rowHeight;
    const mine = effects.filter(({ resource }) => resource === id);
    const title = mine.map(({ words }) => words).join("; ") || "stays as it is";
    const restarts = mine.some(({ what }) => what === "restarts");
    return [
      text(labelWidth - 10, y + 15, id, "end"),
      ...halves.flatMap(({ left, places }, at) =>
        (places[id] ?? []).map((node) => {
          const other = (at === 0 ? after : before)[id] ?? [];
          const colour = other.includes(node)
            ? restarts
              ? colours.restarts
              : colours.stays
            : at === 0
              ? colours.gone
              : colours.come;
          const x = left + nodes.indexOf(node) * nodeWidth + 4;
          return `<rect x="${x}" y="${y + 2}" width="${nodeWidth - 8}" height="${rowHeight - 4}" rx="3" fill="${colour}"><title>${escapeXml(`${id}: ${title}`)}</title></rect>`;
        }),
      ),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(10, 20, summaryOf(report), "start"),
    ...halves.flatMap(({ left, title }) => [
      text(left + half / 2, 40, title),
      ...nodes.map((node, at) =>
        text(left + at * nodeWidth + nodeWidth / 2, 56, node),
      ),
    ]),
    ...rows,
    `</svg>\n`,
  ].join("\n");
}
