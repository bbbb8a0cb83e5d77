import { z } from "zod";
import type { Cluster } from "../cluster/nodes/members";
import {
  checkFromOutside,
  isStillSeen,
  type Service,
  type Verification,
} from "../cluster/outcome/outside";
import type { Started } from "../cluster/outcome/start";
import type { Cib } from "../model/cib";
import { standbyOf } from "../model/standby";
import { flag, port, text, wrong } from "./inputs";
import type { Verify } from "./classes/args";

const line = text(
  `a text of one line, such as "mail.example.org"`,
  (value) => value.trim() !== "" && !/\p{Cc}/u.test(value),
);

const hostName = text(`a host name, such as "mail.example.org"`, (value) =>
  /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value),
);

const daysWords = `a number of days from 0 on, such as 14`;

const days = z
  .number({ error: (issue) => wrong(issue.input, daysWords) })
  .refine((value) => value >= 0, {
    error: (issue) => wrong(issue.input, daysWords),
  });

const viewpointWords = `"passive" (another node) or "pulumi" (the machine that runs Pulumi)`;

/** How a program says what a mail service must show from outside. */
export const verify = z.strictObject(
  {
    port: port.optional(),
    banner: line.optional(),
    ehlo: z
      .array(line, {
        error: (issue) =>
          wrong(issue.input, `a list of extensions, such as ["SIZE"]`),
      })
      .optional(),
    starttls: flag.optional(),
    certificate: z
      .strictObject({ name: hostName, days: days.optional() })
      .optional(),
    from: z
      .array(
        z.enum(["passive", "pulumi"], {
          error: (issue) => wrong(issue.input, viewpointWords),
        }),
        { error: (issue) => wrong(issue.input, `a list of ${viewpointWords}`) },
      )
      .min(1, `is empty: it must hold ${viewpointWords}, or be left out`)
      .optional(),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? undefined
        : wrong(
            issue.input,
            `an object such as { banner: "mail.example.org", starttls: true }, or {}`,
          ),
  },
);

/** How many days a certificate must still hold where the program does not say. */
const fewestDays = 7;

function asVerification({ certificate, ...others }: Verify): Verification {
  return {
    port: 25,
    ...others,
    ...(certificate && { certificate: { days: fewestDays, ...certificate } }),
  };
}

interface Inputs {
  readonly resourceId: string;
  readonly group?: string;
  /** Of a group: they are none of the cluster's groups where their service stands by hot. */
  readonly members?: readonly string[];
  readonly verify?: Verify;
}

/** Looks from outside whether the service answers as declared, once it has started. */
export async function verifyStarted(
  cluster: Cluster,
  inputs: Inputs,
  started: Started | undefined,
): Promise<void> {
  if (!inputs.verify || !started) return;
  const service = serviceOf(started.cib, inputs, started.node);
  await checkFromOutside(
    cluster,
    started.status,
    service,
    asVerification(inputs.verify),
  );
}

/** Looks again, as a refresh does. */
export async function isVerified(
  cluster: Cluster,
  inputs: Inputs,
  { node, cib, status }: Omit<Started, "node"> & { node?: string | undefined },
): Promise<boolean> {
  if (!inputs.verify || node === undefined) return true;
  const service = serviceOf(cib, inputs, node);
  return isStillSeen(cluster, status, service, asVerification(inputs.verify));
}

/** At the addresses of its group, hot or cold, or at its own. */
function serviceOf(
  cib: Cib,
  { resourceId, group, members: declared }: Inputs,
  node: string,
): Service {
  const members = cib.groups.get(group ?? resourceId)?.members ??
    declared ?? [resourceId, ...(standbyOf(cib, resourceId)?.addresses ?? [])];
  const addresses = [...new Set(members)].flatMap((id) => {
    const found = cib.primitives.get(id);
    return found?.agent === "ocf:heartbeat:IPaddr2"
      ? (found.options.ip ?? [])
      : [];
  });
  return { resource: resourceId, node, addresses };
}
