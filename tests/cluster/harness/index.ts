/** What the tests on a real cluster share. */
export { watchArguments } from "./arguments";
export * from "./cluster";
export { hotUnits, servesHot } from "./hot";
export { bringUp, onLab, suitesOr } from "./labs";
export { copyModules, workspaceModules } from "./modules";
export { banner, Prober, type Answer } from "./prober";
export {
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
export { Sampler, type Misplacement, type Sample } from "./sampler";
export { smtpStack } from "./stack";
export { eventually } from "./wait";
export { wholeLife } from "./wholeLife";
