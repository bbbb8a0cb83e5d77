import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import { configurationOf } from "../model/settings";
import { child, children, type XmlElement } from "../model/xml";
import {
  deleteByXPath,
  writeFencingLevel,
  type FencingTarget,
  type PcsCommand,
} from "../pcs/commands";
import { refuseTaken } from "./refusals";

/** A level of the fencing topology as a program declares it. */
export interface DeclaredLevel {
  readonly id: string;
  readonly target: FencingTarget;
  readonly level: number;
  readonly devices: readonly string[];
}

/** A level as the configuration has it. */
export interface Level extends DeclaredLevel {
  readonly id: string;
}

export function levelsIn(cib: Cib): Level[] {
  return children(
    child(configurationOf(cib), "fencing-topology"),
    "fencing-level",
  ).map(readLevel);
}

function readLevel({ attributes }: XmlElement): Level {
  const { target, "target-pattern": pattern } = attributes;
  return {
    id: attributes.id ?? "",
    target:
      target !== undefined
        ? { node: target }
        : pattern !== undefined
          ? { pattern }
          : {
              attribute: attributes["target-attribute"] ?? "",
              value: attributes["target-value"] ?? "",
            },
    level: Number(attributes.index),
    devices: (attributes.devices ?? "").split(",").filter((one) => one !== ""),
  };
}

const textOf = (target: FencingTarget): string =>
  "node" in target
    ? target.node
    : "pattern" in target
      ? `the nodes that match ${target.pattern}`
      : `the nodes with ${target.attribute}=${target.value}`;

const isSameLevel = (one: DeclaredLevel, other: DeclaredLevel): boolean =>
  one.level === other.level && textOf(one.target) === textOf(other.target);

/**
 * What is to be done so that the level is as declared.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time
 * @param adopts whether a level that is there and has other devices is changed then
 * @param isComing whether the program itself will make a device that is not there
 * @throws PacemakerError (conflict) when somebody else has made such a level, or a node or a device is missing.
 */
export function planLevel(
  cib: Cib,
  declared: DeclaredLevel,
  previous: DeclaredLevel | undefined,
  adopts: boolean,
  isComing: (device: string) => boolean,
): PcsCommand[] {
  const { id, target, level, devices } = declared;
  refuseMissing(cib, declared, isComing);
  const levels = levelsIn(cib);
  const found = levels.find((one) => isSameLevel(one, declared));
  const isOurs =
    found !== undefined &&
    (found.id === id || (previous && isSameLevel(previous, declared)));
  if (found?.devices.join() === devices.join())
    return removeOther(cib, declared, previous);
  if (found && !isOurs && !adopts)
    throw new PacemakerError(
      "conflict",
      `${id}: level ${level} of ${textOf(target)} exists in the cluster and differs from what is declared:\n` +
        `- its devices are ${found.devices.join(", ")}, declared are ${devices.join(", ")}\n` +
        `Declare it as it is, or set adopt to "update" to take it over and change it. Nothing was changed.`,
    );
  const own = found?.id ?? id;
  if (!found && !levels.some((one) => one.id === id)) refuseTaken(cib, id);
  return [
    ...removeOther(cib, declared, previous),
    writeFencingLevel(own, target, level, devices),
  ];
}

/** What was declared before under another target or as another level goes. */
function removeOther(
  cib: Cib,
  declared: DeclaredLevel,
  previous: DeclaredLevel | undefined,
): PcsCommand[] {
  return previous && !isSameLevel(previous, declared)
    ? removeLevel(cib, previous)
    : [];
}

export function removeLevel(cib: Cib, declared: DeclaredLevel): PcsCommand[] {
  return levelsIn(cib)
    .filter((one) => isSameLevel(one, declared))
    .map(({ id }) =>
      deleteByXPath(`//fencing-topology/fencing-level[@id="${id}"]`),
    );
}

function refuseMissing(
  cib: Cib,
  { id, target, devices }: DeclaredLevel,
  isComing: (device: string) => boolean,
): void {
  if ("node" in target && !cib.nodes.includes(target.node))
    throw new PacemakerError(
      "conflict",
      `${id}: the cluster has no node ${target.node}: it has ${cib.nodes.join(", ")}. Correct "node". Nothing was changed.`,
    );
  const missing = devices.filter(
    (device) =>
      !cib.primitives.get(device)?.agent.startsWith("stonith:") &&
      !isComing(device),
  );
  if (missing.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id}: there is no fencing device ${missing.join(", ")}. Give the resourceId outputs of StonithDevices, or ids that ` +
        `"pcs stonith" shows. Nothing was changed.`,
    );
}
