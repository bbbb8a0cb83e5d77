/** The names that Pacemaker knows among meta attributes, and what each may be. Others are kept, and mean nothing to it. */
import { optionExpectation, type Parameter } from "./metadata";

type Known = Readonly<Record<string, string | readonly string[]>>;

/** https://clusterlabs.org/projects/pacemaker/doc/2.1/Pacemaker_Explained/html/resources.html#resource-meta-attributes */
const ofResources: Known = {
  priority: "score",
  critical: "boolean",
  "target-role": [
    ...["Stopped", "Started", "Promoted", "Unpromoted"],
    ...["Master", "Slave"],
  ],
  "is-managed": "boolean",
  maintenance: "boolean",
  "resource-stickiness": "score",
  requires: ["nothing", "quorum", "fencing", "unfencing"],
  "migration-threshold": "score",
  "failure-timeout": "duration",
  "multiple-active": ["block", "stop_only", "stop_start", "stop_unexpected"],
  "allow-migrate": "boolean",
  "allow-unhealthy-nodes": "boolean",
};

/** https://clusterlabs.org/projects/pacemaker/doc/2.1/Pacemaker_Explained/html/operations.html#operation-properties */
const ofOperations: Known = {
  timeout: "duration",
  "start-delay": "duration",
  "on-fail": [
    ...["ignore", "block", "stop", "restart", "standby", "fence"],
    ...["demote", "restart-container"],
  ],
  enabled: "boolean",
  "record-pending": "boolean",
};

type Values = Readonly<Record<string, string>>;
type Mistakes = (values: Values) => [name: string, message: string][];

const mistakesBy =
  (known: Known): Mistakes =>
  (values) =>
    Object.entries(values).flatMap(([name, value]) => {
      const type = known[name];
      if (type === undefined) return [];
      const expected = optionExpectation(parameter(type), value);
      return expected === undefined
        ? []
        : [[name, `is ${value}, but must be ${expected}`]];
    });

function parameter(type: string | readonly string[]): Parameter {
  const isChoice = typeof type !== "string";
  return {
    ...{ isRequired: false, isReloadable: false, isDeprecated: false },
    replacedWith: [],
    type: isChoice ? "select" : type,
    choices: isChoice ? type : [],
  };
}

/** What is wrong with values of resources' meta attributes, by name. */
export const resourceMistakes = mistakesBy(ofResources);

/** The same of operations' attributes. */
export const operationMistakes = mistakesBy(ofOperations);
