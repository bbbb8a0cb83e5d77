import { createPool } from "./pool";

export type { Exec, ExecOptions, ExecResult, Host, Rights } from "./exec";
export { AllFailedError, firstOf } from "./hedge";
export { quoteArgv } from "./quote";

/** One pool for the process: every resource's handler shares its connections. */
export const { openHost, closeAll } = createPool();
