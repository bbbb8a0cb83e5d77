import { parseDuration } from "./duration";
import { parseBoolean } from "./values";
import { child, children, parseXml, type XmlElement } from "./xml";

/** What an agent says of one of its parameters. */
export interface Parameter {
  readonly isRequired: boolean;
  /** The agent takes a new value over without a stop and a start. */
  readonly isReloadable: boolean;
  readonly isDeprecated: boolean;
  /** What takes the place of a deprecated one; empty where nothing does. */
  readonly replacedWith: readonly string[];
  /** As the agent calls it: "string", "integer", "boolean", "select"... */
  readonly type: string;
  /** Of a "select": what may be chosen. */
  readonly choices: readonly string[];
}

/** An agent's parameters by name. */
export type Metadata = ReadonlyMap<string, Parameter>;

/**
 * Reads what `crm_resource --show-metadata` prints.
 *
 * @returns undefined where it is no agent's description.
 */
export function parseMetadata(text: string): Metadata | undefined {
  let root: XmlElement;
  try {
    root = parseXml(text);
  } catch {
    return undefined;
  }
  if (root.name !== "resource-agent") return undefined;
  return parametersOf(root);
}

/**
 * Reads what Pacemaker says of its own options: `crm_attribute --list-options`, or, before 2.1.8, `metadata` of its daemons, one
 * after the other.
 */
export function parseOptions(text: string): Metadata {
  const parts = text.match(/<resource-agent[\s>][\s\S]*?<\/resource-agent>/g);
  return new Map(
    (parts ?? []).flatMap((part) => [...(parseMetadata(part) ?? [])]),
  );
}

function parametersOf(root: XmlElement): Metadata {
  return new Map(
    children(child(root, "parameters"), "parameter").map((parameter) => {
      const { name = "", required, reloadable } = parameter.attributes;
      const deprecated = child(parameter, "deprecated");
      const content = child(parameter, "content");
      return [
        name,
        {
          isRequired: parseBoolean(required ?? "") === true,
          isReloadable: parseBoolean(reloadable ?? "") === true,
          isDeprecated:
            deprecated !== undefined ||
            parseBoolean(parameter.attributes.deprecated ?? "") === true,
          replacedWith: children(deprecated, "replaced-with").flatMap(
            ({ attributes }) => attributes.name ?? [],
          ),
          type: content?.attributes.type ?? "string",
          choices: children(content, "option").flatMap(
            ({ attributes }) => attributes.value ?? [],
          ),
        },
      ];
    }),
  );
}

/** What every agent of resource-agents takes, and none describes. */
const common = /^trace_(ra|file)$/;

/** What Pacemaker itself takes of a fencing device, or gives its agent: the node's name by "port", what to do by "action". */
const ofFencing =
  /^(pcmk_\w+|priority|provides|stonith-timeout|action|port|plug|nodename)$/;

/** What is wrong with the options of an agent, a sentence each. No value is shown: it may be a secret. */
export function mistakesIn(
  metadata: Metadata,
  options: Readonly<Record<string, string>>,
  isFencing = false,
): string[] {
  const others = isFencing ? ofFencing : common;
  const missing = [...metadata]
    .filter(([name, { isRequired }]) => isRequired && !(name in options))
    .filter(([name]) => !isFencing || !others.test(name))
    .map(([name]) => `${name} is missing: the agent requires it`);
  const wrong = Object.entries(options).flatMap(([name, value]) => {
    const known = metadata.get(name);
    if (!known)
      return others.test(name)
        ? []
        : [`${name} is no parameter of the agent: check the spelling`];
    const { isDeprecated, replacedWith } = known;
    if (isDeprecated)
      return [
        `${name} is deprecated: ${replacedWith.length > 0 ? `use ${replacedWith.join(" or ")}` : "leave it out"}`,
      ];
    const expected = expectation(known, value);
    return expected === undefined ? [] : [`${name} must be ${expected}`];
  });
  return [...missing, ...wrong];
}

/** What a value should be; undefined where it is. */
function expectation(
  { type, choices }: Parameter,
  value: string,
): string | undefined {
  if (type === "integer")
    return /^[+-]?\d+$/.test(value) ? undefined : "a whole number";
  if (type === "boolean")
    return parseBoolean(value) === undefined ? "true or false" : undefined;
  if (type === "select" && choices.length > 0)
    return choices.includes(value) ? undefined : `one of ${choices.join(", ")}`;
  return undefined;
}

/** What a value of Pacemaker's own options should be; undefined where it is, or where any text is. */
export function optionExpectation(
  parameter: Parameter,
  value: string,
): string | undefined {
  switch (parameter.type) {
    case "integer":
    case "score":
      return /^[+-]?(\d+|INFINITY)$/.test(value)
        ? undefined
        : "a whole number, INFINITY or -INFINITY";
    case "nonnegative_integer":
      return /^\+?(\d+|INFINITY)$/.test(value)
        ? undefined
        : "a whole number that is not negative";
    case "percentage":
      return /^\d+%$/.test(value) ? undefined : `a percentage, such as "80%"`;
    case "duration":
    case "time":
    case "timeout":
      return parseDuration(value) === undefined
        ? `a time with its unit, such as "30s"`
        : undefined;
    default:
      return expectation(parameter, value);
  }
}
