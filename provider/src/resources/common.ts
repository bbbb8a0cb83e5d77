import {
  adopt,
  connection,
  flag,
  id,
  interval,
  metaAttributes,
  timeouts,
} from "./inputs";
import { verify } from "./verify";

/** The schema of what every resource takes. */
export const resourceSchema = {
  connection,
  resourceId: id,
  meta: metaAttributes.optional(),
  adopt: adopt.optional(),
  rollback: flag.optional(),
  verify: verify.optional(),
};

/** The schema of what every resource takes that may be a group's member. */
export const memberSchema = {
  ...resourceSchema,
  monitorInterval: interval.default("30s"),
  timeouts: timeouts.optional(),
  group: id.optional(),
};
