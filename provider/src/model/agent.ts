import { child, parseXml } from "./xml";

/** What an agent says of the options that it is given. */
export interface Verdict {
  readonly isValid: boolean;
  /** Its own words, one sentence a line; empty where it said nothing. */
  readonly reason: string;
  /** Whether it is what lacks on the node. */
  readonly isMissing: boolean;
}

/**
 * Reads what `crm_resource --validate --output-as=xml` prints.
 *
 * @returns undefined where it is no verdict of an agent, such as of a Pacemaker that knows no `--validate`.
 */
export function parseValidation(text: string): Verdict | undefined {
  let root;
  try {
    root = parseXml(text);
  } catch {
    return undefined;
  }
  const action = child(root, "resource-agent-action");
  const status = child(action, "agent-status")?.attributes;
  if (!status) {
    const said = child(child(child(root, "status"), "errors"), "error");
    return /is not a known resource|not found|No such (file|device)/i.test(
      said?.text ?? "",
    )
      ? { isValid: false, reason: "", isMissing: true }
      : undefined;
  }
  const output = child(child(action, "command"), "output")?.text ?? "";
  const lines = [...output.split("\n"), status.reason ?? ""]
    .map((line) =>
      line
        .replace(/^ocf-exit-reason:/, "")
        // The agent's log, by Pacemaker's own functions for agents: a date, a level, then the sentence.
        .replace(/^.*?\b(?:ERROR|WARNING|INFO|CRITICAL): /, "")
        .trim(),
    )
    // IPaddr2's name for the function that found nothing: the sentence before it says what.
    .filter((line) => line !== "" && line !== "[findif] failed");
  return {
    isValid: status.code === "0",
    reason: [...new Set(lines)].join("\n"),
    // OCF_ERR_INSTALLED: the agent, or a program that it needs.
    isMissing: status.code === "5",
  };
}
