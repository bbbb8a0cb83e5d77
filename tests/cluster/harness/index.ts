/** What the tests on a real cluster share. */
export { linesInLogs, watchArguments } from "./arguments";
export * from "./cluster";
export { fenceAgent, installFenceAgent } from "./fenceAgent";
export { hotUnits, servesHot } from "./hot";
export { bringUp, onLab, suitesOr } from "./labs";
export { copyModules, workspaceModules } from "./modules";
export { banner, Prober, type Answer } from "./prober";
export {
  configuredConnection,
  labConnection,
  makeProject,
  type LabConnection,
  type Project,
  type ProjectOptions,
} from "./project";
export {
  failedWith,
  nameOf,
  nothingChanged,
  succeeded,
  type Outcome,
} from "./pulumi";
export {
  Sampler,
  type Misplacement,
  type Sample,
  type Watched,
} from "./sampler";
export { shareFolder } from "./share";
export { smtpStack } from "./stack";
export { eventually } from "./wait";
export { wholeLife } from "./wholeLife";
