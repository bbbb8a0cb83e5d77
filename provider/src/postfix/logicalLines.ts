/** A logical line of main.cf or master.cf: a line and the lines that go on with it, or a comment or blank line. */
export interface LogicalLine {
  readonly text: string;
  /** The words without line breaks; empty for comments and blank lines. */
  readonly words: string;
}

/**
 * Splits a file as postconf(5) says: a line that begins with white space continues the one before it; comments and blank
 * lines between them belong to nobody.
 */
export function logicalLines(text: string): LogicalLine[] {
  const lines: { text: string; words: string }[] = [];
  let last: { text: string; words: string } | undefined;
  let between = "";
  for (const line of text.split(/(?<=\n)/)) {
    if (/^\s*(#|$)/.test(line)) {
      if (last) between += line;
      else lines.push({ text: line, words: "" });
    } else if (/^\s/.test(line) && last) {
      last.text += between + line;
      last.words += ` ${line.trim()}`;
      between = "";
    } else {
      if (between !== "") lines.push({ text: between, words: "" });
      between = "";
      last = { text: line, words: line.trim() };
      lines.push(last);
    }
  }
  if (between !== "") lines.push({ text: between, words: "" });
  return lines;
}

/** The file with a line break at its end, so that something can follow. */
export function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** One blank between words, as Postfix reads them. */
export function plain(words: string): string {
  return words.trim().replace(/\s+/g, " ");
}
