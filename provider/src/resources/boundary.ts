/** What lies between Pulumi's calls and the handlers: its properties, its rules for errors, and its messages. */
import { allSaid, nameResource } from "../cluster/report";
import { urnOf } from "../engine";
import { PacemakerError, type ErrorKind } from "../errors";
import type { CheckFailure } from "./inputs";

/** A bag of properties as Pulumi hands it over. */
export type Properties = Record<string, unknown>;

/** The functions that the dynamic provider process calls, with Pulumi's rules for each. */
export interface Handlers {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: CheckFailure[] }>;
  diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{
    changes: boolean;
    replaces: string[];
    deleteBeforeReplace: boolean;
  }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  read(
    id: string,
    props: Properties,
  ): Promise<{ id?: string; props?: Properties; inputs?: Properties }>;
  update(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ outs: Properties }>;
  delete(id: string, props: Properties): Promise<void>;
}

/** What a handler says stands under its resource, and has arrived when the handler answers. */
export function told(all: Handlers): Handlers {
  const each = Object.entries(all).map(([name, handler]) => [
    name,
    async (...values: unknown[]) => {
      // Each is given the properties that it is about last.
      const properties = values.at(-1) as Properties;
      const urn = urnOf(properties);
      const { resourceId } = properties;
      if (urn && typeof resourceId === "string") nameResource(resourceId, urn);
      try {
        return await (handler as (...values: unknown[]) => Promise<unknown>)(
          ...values,
        );
      } finally {
        await allSaid();
      }
    },
  ]);
  return Object.fromEntries(each) as Handlers;
}

export function withoutProvider(properties: Properties): Properties {
  const rest = { ...properties };
  delete rest.__provider;
  // It tells Pulumi alone what comes first.
  delete rest.__after;
  return rest;
}

/** JSON only: an undefined value would fail after the work is done. */
export function plain(properties: object): Properties {
  return JSON.parse(JSON.stringify(properties)) as Properties;
}

/** Pulumi keeps a resource whose create or update throws this shape: marked, and updated by the next run. */
export function partial(
  id: string,
  properties: object,
  message: string,
): Error {
  return Object.assign(quiet(message), {
    id,
    properties: plain(properties),
    reasons: [message],
  });
}

/** Errors reach the person as words: Pulumi would print a stack. */
export function atBoundary<Arguments extends unknown[], Result>(
  handler: (...values: Arguments) => Promise<Result>,
): (...values: Arguments) => Promise<Result> {
  return async (...values) => {
    try {
      return await handler(...values);
    } catch (error) {
      if (error instanceof Error && "reasons" in error) throw error;
      throw Object.assign(quiet(messageOf(error)), kindOf(error));
    }
  };
}

export function marked(failure: CheckFailure): CheckFailure {
  return { ...failure, reason: withKind("validation", failure.reason) };
}

function withKind(kind: ErrorKind, message: string): string {
  return ["[", kind, "] ", message].join("");
}

/** Only the text comes through to a person, or to a program that runs the CLI: so the kind is part of it. */
export function messageOf(error: unknown): string {
  if (error instanceof PacemakerError)
    return withKind(error.kind, error.message);
  return error instanceof Error ? error.message : String(error);
}

/** What a test or another program that calls the handlers can rely on. */
function kindOf(error: unknown): { kind?: ErrorKind; host?: string } {
  if (!(error instanceof PacemakerError)) return {};
  const { kind, host } = error;
  return host === undefined ? { kind } : { kind, host };
}

export function quiet(message: string): Error {
  const error = new Error(message);
  error.name = "";
  error.stack = "";
  return error;
}
