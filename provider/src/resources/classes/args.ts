import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connection";

/** What an instance or a meta attribute may be given as; Pacemaker keeps all as texts. */
export type AttributeValue = string | number | boolean;

/** How long a resource's operations may take, as a program gives it. */
export interface TimeoutsArgs {
  /** How long a start may take, such as "60s". Default: the agent's own. */
  start?: pulumi.Input<string | undefined>;
  /** How long a stop may take, such as "60s". Default: the agent's own. */
  stop?: pulumi.Input<string | undefined>;
  /** How long a look may take, such as "20s". Default: the agent's own. */
  monitor?: pulumi.Input<string | undefined>;
}

/** The same as outputs. */
export interface Timeouts {
  start?: string;
  stop?: string;
  monitor?: string;
}

/** How a service stands by for the node that serves: "cold", it does not run there; "hot", it runs. */
export type StandbyKind = "cold" | "hot";

/** What every resource takes. */
export interface ResourceArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  /** The id in the cluster's configuration. Default: the Pulumi name. A change replaces the resource. */
  resourceId?: pulumi.Input<string> | undefined;
  /** Meta attributes, such as `migration-threshold`. A change restarts nothing. */
  meta?: pulumi.Input<Record<string, pulumi.Input<AttributeValue>> | undefined>;
  /**
   * What becomes of an object that exists under this id and was not made by the program. Default: it is taken over
   * untouched where it is the same, and refused, with each difference named, where it is not. "update": it is taken over
   * and changed to what is declared; members of a group that are not declared stay in it.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /**
   * Whether to undo a change whose outcome was not reached, such as a start that fails: what was declared before is brought
   * about again, or a new resource removed. What others changed meanwhile stays. Default false.
   */
  rollback?: pulumi.Input<boolean | undefined>;
  /**
   * What a mail service must show at the address of the resource, or at those of its group, after every change of it and in
   * a refresh: {} that it greets and answers EHLO. Where it does not, the update fails, with what was said on the wire.
   * Default: nobody talks with it.
   */
  verify?: pulumi.Input<VerifyArgs | undefined>;
}

/** An SMTP dialogue with the address, by a passive node and by the machine that runs Pulumi where it can reach it. */
export interface VerifyArgs {
  /** The TCP port. 465 is spoken to in TLS from the first byte. Default 25. */
  port?: pulumi.Input<number | undefined>;
  /** What the greeting must hold, such as the host name. Default: any greeting with 220. */
  banner?: pulumi.Input<string | undefined>;
  /** Extensions that EHLO must offer, such as ["SIZE", "8BITMIME"]; with starttls, once it is encrypted. Default: none. */
  ehlo?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** Whether STARTTLS must be offered, and TLS come about. Default false. */
  starttls?: pulumi.Input<boolean | undefined>;
  /**
   * The name that the certificate must be made out for, and the days that it must still hold (7). Who signed it is not
   * looked at. It implies starttls.
   */
  certificate?: pulumi.Input<
    | { name: pulumi.Input<string>; days?: pulumi.Input<number | undefined> }
    | undefined
  >;
  /**
   * From where: "passive", an online node that does not run it (the active one, where there is no other), and "pulumi", the
   * machine that runs Pulumi. Default: both, the latter only where it can reach the address.
   */
  from?: pulumi.Input<pulumi.Input<"passive" | "pulumi">[] | undefined>;
}

/** The same as outputs. */
export interface Verify {
  port?: number;
  banner?: string;
  ehlo?: string[];
  starttls?: boolean;
  certificate?: { name: string; days?: number };
  from?: ("passive" | "pulumi")[];
}

/** What every resource takes that may be a group's member. */
export interface MemberArgs extends ResourceArgs {
  /** How often Pacemaker looks whether it is up. Default "30s". A change restarts nothing. */
  monitorInterval?: pulumi.Input<string | undefined>;
  /** How long the operations may take, such as { start: "60s" }. Default: the agent's own. A change restarts nothing. */
  timeouts?: pulumi.Input<TimeoutsArgs | undefined>;
  /** The id of the group that will start it. Until then it stands in the configuration, stopped. Default: none. */
  group?: pulumi.Input<string | undefined>;
}

/** The mail queue of one node, in messages. */
export interface Queue {
  /** Being delivered. */
  active: number;
  /** Waiting for another attempt. */
  deferred: number;
  /** Put on hold: no attempt is made until "postsuper -H". */
  hold: number;
  /** Arriving, or handed in by a program on the node and not yet picked up. */
  incoming: number;
  /** How long ago the oldest of them arrived, in seconds; 0 where there are none. */
  oldestSeconds: number;
}
