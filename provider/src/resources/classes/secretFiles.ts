import * as pulumi from "@pulumi/pulumi";

/** A file that shall be the same on every node. */
export interface SynchronizedFileArgs {
  /** The whole text. It is marked as a secret, and encrypted in the state. */
  content: pulumi.Input<string>;
  /** The user to whom it belongs, by name or number. Default "root". */
  owner?: pulumi.Input<string | undefined>;
  /** The group to which it belongs, by name or number. Default "root". */
  group?: pulumi.Input<string | undefined>;
  /** Who may read and write it, in octal digits. Default "0644". */
  mode?: pulumi.Input<string | undefined>;
}

/**
 * The same files, their contents marked as secrets; the rest may be read in a difference.
 *
 * @param files by path: objects with a `content`. Inside an Output they cannot be told apart: all of it is marked then.
 */
export function withSecretContents<Files>(files: Files): Files {
  if (isEventual(files)) return pulumi.secret(files) as Files;
  const marked = Object.entries(files ?? {}).map(([path, file]) => {
    if (isEventual(file) || typeof file !== "object" || file === null)
      return [path, pulumi.secret(file)];
    const { content } = file as { content: pulumi.Input<string> };
    return [path, { ...file, content: pulumi.secret(content) }];
  });
  return Object.fromEntries(marked) as Files;
}

function isEventual(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}
