/** The command line is wrong, or what it names is not there: the text says what to do. */
export class WrongUsage extends Error {}
