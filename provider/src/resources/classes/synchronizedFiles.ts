import type * as pulumi from "@pulumi/pulumi";
import { resourceClass, type CommonOutputs } from "./resource";
import { withSecretContents, type SynchronizedFileArgs } from "./secretFiles";
import type { ConnectionArgs } from "./connection";

/** The same as an output. */
export interface SynchronizedFile {
  content: string;
  owner: string;
  group: string;
  mode: string;
}

export interface SynchronizedFilesArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  /** What the files' temporary names on the nodes hold. Default: the Pulumi name. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * The files by their absolute paths, no symbolic link in them. The folders have to be there. What stands at these paths is
   * replaced; a file that is taken out of the program, or whose resource is deleted, stays as it is.
   */
  files: pulumi.Input<Record<string, pulumi.Input<SynchronizedFileArgs>>>;
  /**
   * A command that has to succeed on every node before a file is replaced on any: the program's absolute path, and its
   * arguments. `{PATH}` in a word stands for the copy of that file, or of a folder that holds one, as it will be. It runs as
   * root, must end within 60 s and must change nothing; preview runs it too. Default: nothing is checked.
   *
   * @example
   * check: ["/usr/sbin/haproxy", "-c", "-f", "{/etc/haproxy/haproxy.cfg}"]
   */
  check?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /**
   * A command that has the service use its new files. It runs as root on the nodes where a file was replaced, and must end
   * within 120 s; where it fails, the old files are put back on every node. It must not start what the cluster starts:
   * `try-reload-or-restart` leaves alone what does not run. Default: none.
   *
   * @example
   * activate: ["/usr/bin/systemctl", "try-reload-or-restart", "haproxy"]
   */
  activate?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /**
   * The id of the cluster's resource that reads the files: the nodes where it does not run come first, the one where it runs
   * last. Default: the order of `connection.hosts`.
   */
  service?: pulumi.Input<string | undefined>;
}

/** What it shows besides its inputs. */
export interface SynchronizedFilesOutputs {
  files: Record<string, SynchronizedFile>;
  /** The nodes that were down, which have not got the files yet: the next update brings them. */
  pendingNodes: string[] | undefined;
  /** By node and path: what a refresh found otherwise than declared, without any content. */
  drift: Record<string, Record<string, string>> | undefined;
}

/**
 * Files that are the same on every node of the cluster: staged and checked everywhere before any is replaced, replaced at
 * once each, and put back everywhere where one node fails.
 *
 * @example
 * new SynchronizedFiles("proxy", {
 *   files: { "/etc/haproxy/haproxy.cfg": { content } },
 *   check: ["/usr/sbin/haproxy", "-c", "-f", "{/etc/haproxy/haproxy.cfg}"],
 *   activate: ["/usr/bin/systemctl", "try-reload-or-restart", "haproxy"],
 *   service: proxy.resourceId,
 * });
 */
export class SynchronizedFiles extends resourceClass<
  SynchronizedFilesArgs,
  CommonOutputs & SynchronizedFilesOutputs
>({
  type: "SynchronizedFiles",
  outputs: { pendingNodes: null, drift: null },
  prepare: (args) => ({
    ...args,
    files: withSecretContents(args.files) as SynchronizedFilesArgs["files"],
  }),
}) {}
