import { z } from "zod";
import { fullMode } from "../model/files";
import { text, wrong } from "./inputs";

function isPath(value: string): boolean {
  return (
    /^(\/[^/\p{Cc}{}]+)+$/u.test(value) &&
    !value.split("/").some((name) => name === "." || name === "..") &&
    value.length < 1000
  );
}

export const account = text(
  `the name or the number of a user or group on the nodes, such as "root"`,
  (value) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\$?$/.test(value),
);

export const mode = text(
  `the mode of a file in octal digits, such as "0640"`,
  (value) => /^0?[0-7]{3}$/.test(value),
);

/** Never shown: it may be a secret. */
export const content = z.string({
  error: (issue) =>
    issue.input === undefined
      ? "is missing: it must be the text of the file"
      : "must be the text of the file",
});

export const file = z.strictObject({
  content,
  owner: account.default("root"),
  group: account.default("root"),
  mode: mode.default("0644"),
});

const filesWords = `an object such as { "/etc/haproxy/haproxy.cfg": { content } }`;

/** Files by their paths. */
export const fileMap = z
  .record(z.string(), file, {
    error: (issue) =>
      issue.code === "invalid_type"
        ? wrong(undefined, filesWords).replace("is missing: it ", "")
        : undefined,
  })
  .superRefine((files, context) => {
    if (Object.keys(files).length === 0)
      context.addIssue({
        code: "custom",
        message: "is empty: name at least one file",
      });
    checkPaths(Object.keys(files), (name) => name, context);
  });

/** Files by their paths, or by their names in Postfix's folder. */
export function namedFiles<One extends z.ZodType>(one: One) {
  return z
    .record(z.string(), one)
    .superRefine((files, context) =>
      checkPaths(
        Object.keys(files),
        (name) => (name.startsWith("/") ? name : `/${name}`),
        context,
      ),
    );
}

function checkPaths(
  names: readonly string[],
  pathOf: (name: string) => string,
  context: z.RefinementCtx,
): void {
  for (const name of names)
    if (!isPath(pathOf(name)))
      context.addIssue({
        code: "custom",
        path: [name],
        message: `is no absolute path of a file without "//", "." or "..", such as "/etc/haproxy/haproxy.cfg"`,
      });
}

/** A command with its arguments. */
export const command = z
  .array(z.string({ error: "must be a text" }), {
    error: `must be a list of words, such as ["/usr/sbin/nginx", "-t"]`,
  })
  .refine((words) => /^\/./.test(words[0] ?? ""), {
    error: `must begin with the absolute path of a program, such as "/usr/sbin/nginx"`,
  })
  .refine((words) => words.every((word) => !/\p{Cc}/u.test(word)), {
    error: "holds a line break or another control character",
  });

/** Each `{PATH}` in a check has to be one of the files, or a folder that holds one. */
export function checkPlaceholders(
  inputs: { files?: unknown; check?: unknown },
  context: z.RefinementCtx,
): void {
  const { files, check } = inputs;
  if (typeof files !== "object" || files === null || !Array.isArray(check))
    return;
  const paths = Object.keys(files);
  for (const word of check.filter((one) => typeof one === "string"))
    for (const [, name] of word.matchAll(/\{(\/[^{}]*)\}/g))
      if (!paths.some((one) => one === name || one.startsWith(`${name}/`)))
        context.addIssue({
          code: "custom",
          path: ["check"],
          message: `names {${name}}, which is none of the files, and no folder that holds one`,
        });
}

/** Files by their names, with their modes in four digits, so that each is spelled in one way. */
export function withFullModes(files: unknown): unknown {
  if (typeof files !== "object" || files === null) return files;
  return Object.fromEntries(
    Object.entries(files).map(([name, one]: [string, unknown]) => {
      const isText =
        typeof one === "object" &&
        one !== null &&
        "mode" in one &&
        typeof one.mode === "string";
      return [
        name,
        isText ? { ...one, mode: fullMode(String(one.mode)) } : one,
      ];
    }),
  );
}
