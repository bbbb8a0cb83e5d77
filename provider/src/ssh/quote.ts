const PLAIN = /^[A-Za-z0-9_/:@%+,.-][A-Za-z0-9_/:@%+,.=-]*$/;

/** One argument as a word that every POSIX shell reads back unchanged. */
export function quoteArg(arg: string): string {
  if (arg.includes("\0")) {
    throw new TypeError("a command's argument cannot hold a NUL character");
  }
  return PLAIN.test(arg) ? arg : `'${arg.replace(/'/g, `'\\''`)}'`;
}

/** The command line that makes a shell run exactly this argv. */
export function quoteArgv(argv: readonly string[]): string {
  if (argv.length === 0) {
    throw new TypeError("a command needs at least a program to run");
  }
  return argv.map(quoteArg).join(" ");
}
