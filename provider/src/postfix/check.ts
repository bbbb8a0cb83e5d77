import { shipped } from "../shipped";

/** Has Postfix's own tools check a configuration. Its arguments are the folder, and the parameters that are declared. */
export const checkScript = (): string => shipped(__dirname, "check.sh");
