import { readFileSync } from "node:fs";
import { join } from "node:path";

const texts = new Map<string, string>();

/**
 * The text of a file that lies beside the code and is run on the nodes, without the comment at its head, which nobody reads
 * there. The build copies the file.
 *
 * @param folder of the module that asks: `__dirname`
 */
export function shipped(folder: string, name: string): string {
  const path = join(folder, name);
  const text =
    texts.get(path) ?? readFileSync(path, "utf8").replace(/^(#.*\n)+/, "");
  texts.set(path, text);
  return text;
}
