/**
 * Notes what each kind of resource is made of, of which only its handlers are exported. Import it before anything of
 * the provider.
 */
import type { z } from "zod";
import * as lifecycle from "../../provider/src/resources/lifecycle";

export interface KindParts {
  name: string;
  schema: z.ZodType;
  inputNames: readonly string[];
}

export const kinds: KindParts[] = [];

const handlers: typeof lifecycle.handlers = (kind) => {
  kinds.push(kind);
  return lifecycle.handlers(kind);
};

require.cache[
  require.resolve("../../provider/src/resources/lifecycle")
]!.exports = { ...lifecycle, handlers };
