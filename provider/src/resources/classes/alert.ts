import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue } from "./args";
import type { SettingsArgs } from "./clusterProperties";
import { resourceClass, type CommonOutputs } from "./resource";

type Attributes = Record<string, pulumi.Input<AttributeValue>>;

/** To whom an alert is sent. */
export interface AlertRecipientArgs {
  /** What the program makes of it: an address, a file, a URL. It gets it as CRM_alert_recipient. */
  value: pulumi.Input<string>;
  /** What it is for. Default: none. */
  description?: pulumi.Input<string | undefined>;
  /** Variables for the program, which count before the alert's. Default: none. */
  options?: pulumi.Input<Attributes | undefined>;
  /** `timeout` and `timestamp-format`, which count before the alert's. Default: none. */
  meta?: pulumi.Input<Attributes | undefined>;
}

export interface AlertArgs extends Omit<SettingsArgs, "resourceId" | "adopt"> {
  /** The alert's id in the cluster's configuration. Default: the Pulumi name. A change replaces the alert. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * What becomes of an alert that exists under this id and was not made by the program. Default: it is taken over untouched where
   * all that is declared is the same, and refused, with each difference named, where not. "update": it is taken over and changed.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /** The program that Pacemaker runs at each event, on every node: an absolute path. It must be there. */
  path: pulumi.Input<string>;
  /** What it is for. Default: none. */
  description?: pulumi.Input<string | undefined>;
  /**
   * Variables for the program (`pcs alert create options`). What is not named is left alone. What is a secret in the program is
   * encrypted in the state; whoever may read the cluster's configuration reads it there. Default: none.
   */
  options?: pulumi.Input<Attributes | undefined>;
  /** `timeout` (30s), `timestamp-format` and `enabled` (true). What is not named is left alone. Default: none. */
  meta?: pulumi.Input<Attributes | undefined>;
  /** To whom. Recipients that others have added are left alone. Default: the program is run once, without any. */
  recipients?: pulumi.Input<pulumi.Input<AlertRecipientArgs>[] | undefined>;
}

/**
 * A program that is run at each event of the cluster (`pcs alert create`, `pcs alert recipient add`): a node that is lost, an operation
 * that failed. It starts and stops nothing by itself.
 *
 * @example
 * new Alert("mail", { path: "/usr/local/bin/alert_smtp", recipients: [{ value: "oncall@mail.example" }] });
 */
export class Alert extends resourceClass<AlertArgs, CommonOutputs>({
  type: "Alert",
  outputs: {},
}) {}
