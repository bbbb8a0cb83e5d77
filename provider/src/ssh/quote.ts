/** Words that mean nothing to a shell. As the first word, one with a "=" would be an assignment. */
const PLAIN_FIRST = /^[A-Za-z0-9_/:@%+,.-]+$/;
const PLAIN = /^[A-Za-z0-9_/:@%+,.=-]+$/;

/** The command line that makes every POSIX shell run exactly this argv. */
export function quoteArgv(argv: readonly string[]): string {
  if (argv.length === 0) {
    throw new TypeError("a command needs at least a program to run");
  }
  return argv
    .map((arg, index) => {
      if (arg.includes("\0")) {
        throw new TypeError("a command's argument cannot hold a NUL character");
      }
      const plain = index === 0 ? PLAIN_FIRST : PLAIN;
      return plain.test(arg) ? arg : `'${arg.replace(/'/g, `'\\''`)}'`;
    })
    .join(" ");
}
