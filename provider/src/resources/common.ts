import type { Connection } from "../connection";
import {
  adopt,
  connection,
  flag,
  id,
  interval,
  metaAttributes,
  timeouts,
} from "./inputs";
import type { AttributeValue, Timeouts, Verify } from "./classes/args";
import { verify } from "./verify";

/** What every resource takes, as the handlers see it: plain, checked, with defaults. */
export interface ResourceInputs {
  connection: Connection;
  resourceId: string;
  meta?: Record<string, AttributeValue>;
  adopt?: "update";
  rollback?: boolean;
  verify?: Verify;
}

export interface MemberInputs extends ResourceInputs {
  monitorInterval: string;
  timeouts?: Timeouts;
  group?: string;
}

export const resourceSchema = {
  connection,
  resourceId: id,
  meta: metaAttributes.optional(),
  adopt: adopt.optional(),
  rollback: flag.optional(),
  verify: verify.optional(),
};

export const memberSchema = {
  ...resourceSchema,
  monitorInterval: interval,
  timeouts: timeouts.optional(),
  group: id.optional(),
};
