import { isIP } from "node:net";
import { parseDuration, sameDuration } from "./duration";
import { sameAddress } from "./network";

/** The bits of a prefix, as the agents for addresses take it: "24", or the netmask "255.255.255.0". */
export function parsePrefix(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  if (isIP(text) !== 4) return undefined;
  const bits = text
    .split(".")
    .map((byte) => Number(byte).toString(2).padStart(8, "0"))
    .join("");
  const [ones, zeros] = [bits.lastIndexOf("1") + 1, bits.indexOf("0")];
  return zeros < 0 || zeros === ones ? ones : undefined;
}

/** A boolean as Pacemaker spells it (crm_str_to_boolean); undefined where the text is none. */
export function parseBoolean(text: string): boolean | undefined {
  if (/^(true|on|yes|y|1)$/i.test(text)) return true;
  if (/^(false|off|no|n|0)$/i.test(text)) return false;
  return undefined;
}

/** Whether two spellings of one attribute mean the same to Pacemaker and its agents. */
export function sameValue(
  name: string,
  found: string | undefined,
  declared: string,
): boolean {
  if (found === undefined) return false;
  if (found === declared) return true;
  if (name === "cidr_netmask") {
    const [left, right] = [parsePrefix(found), parsePrefix(declared)];
    return left !== undefined && left === right;
  }
  if (isIP(found) !== 0 && isIP(declared) !== 0)
    return sameAddress(found, declared);
  // "1" may be a number; "true" is none.
  const isWord = (text: string) => /[a-z]/i.test(text);
  if (isWord(found) || isWord(declared)) {
    const [left, right] = [parseBoolean(found), parseBoolean(declared)];
    if (left !== undefined && right !== undefined) return left === right;
    return parseDuration(found) !== undefined && sameDuration(found, declared);
  }
  return false;
}
