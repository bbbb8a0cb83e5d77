/** The lab for programs: tests, demos and measurements. */

export { basePath } from "./base";
export { labUp, sshArgv, type Log } from "./up";
export { labDown } from "./down";
export { labReset } from "./reset";
export {
  cutNode,
  execOnNode,
  healNode,
  startNode,
  stopNode,
  waitMissed,
  waitOnline,
} from "./nodes";
export { describeLab, requireLab, type Lab } from "./lab";
export { labNames } from "./folder";
export { labObstacles, obstaclesMessage, ObstaclesError } from "./host";
export { inNamespace } from "./network";
export { ownNamespace, relayTo, type Relay } from "./relay";
export { planLab, suites, type LabOptions, type Suite } from "./plan";
