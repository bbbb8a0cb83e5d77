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

/** The schema of what every object of the cluster takes. */
export const objectSchema = {
  connection,
  resourceId: id,
  meta: metaAttributes.optional(),
  adopt: adopt.optional(),
  rollback: flag.optional(),
};

/** The same of what may have addresses that a service answers at. */
export const resourceSchema = {
  ...objectSchema,
  verify: verify.optional(),
};

/** The schema of what every resource takes that may be a group's member. */
export const memberSchema = {
  ...resourceSchema,
  monitorInterval: interval.default("30s"),
  timeouts: timeouts.optional(),
  group: id.optional(),
};
