/** Bars, as SVG. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Ours is drawn in another colour. */
  readonly ours?: boolean;
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const width = 720;
const left = 250;
const right = 70;
const line = 26;
const head = 44;

/** One panel below the other, each with a scale of its own. */
export function chart(panels: readonly Panel[], footer: string): string {
  let top = 12;
  const parts: string[] = [];
  for (const { title, unit, bars } of panels) {
    parts.push(text(16, top + 20, title, "title"));
    const most = Math.max(...bars.map(({ value }) => value));
    for (const [index, bar] of bars.entries()) {
      const y = top + head + index * line;
      const length = Math.max(1, ((width - left - right) * bar.value) / most);
      parts.push(
        text(left - 10, y + 13, bar.label, bar.ours ? "label ours" : "label"),
        `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="18" rx="2" class="${bar.ours ? "bar ours" : "bar"}"/>`,
        text(
          left + length + 6,
          y + 13,
          `${bar.value.toFixed(1)} ${unit}`,
          "value",
        ),
      );
    }
    top += head + bars.length * line + 14;
  }
  for (const words of wrapped(footer)) {
    parts.push(text(16, top + 8, words, "footer"));
    top += 15;
  }
  const height = top + 9;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<style>
  text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 15px; }
  .label { text-anchor: end; }
  .label.ours { font-weight: 600; }
  .footer { font-size: 11px; fill: #57606a; }
  .bar { fill: #afb8c1; }
  .bar.ours { fill: #2da44e; }
</style>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join("\n")}
</svg>
`;
}

/** Lines that fit into the picture. */
function wrapped(words: string): string[] {
  return words.match(/\S.{0,105}(?= |$)/g) ?? [];
}

function text(x: number, y: number, words: string, style: string): string {
  const escaped = words
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
  return `<text x="${x.toFixed(1)}" y="${y}" class="${style}">${escaped}</text>`;
}
