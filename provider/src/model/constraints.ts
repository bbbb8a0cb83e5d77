import { child, type XmlElement } from "./xml";

/** A constraint as the configuration has it. */
export interface Constraint {
  readonly kind: "colocation" | "order" | "location" | "ticket";
  readonly id: string;
  /** All of its attributes, the id among them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether its attributes are all of it: no sets, no rule. */
  readonly isPlain: boolean;
  /** All of it, as it is written down. */
  readonly element: XmlElement;
}

const kinds: Readonly<Record<string, Constraint["kind"]>> = {
  rsc_colocation: "colocation",
  rsc_order: "order",
  rsc_location: "location",
  rsc_ticket: "ticket",
};

/** @param configuration the CIB's `<configuration>` */
export function constraintsIn(configuration: XmlElement): Constraint[] {
  return (child(configuration, "constraints")?.children ?? []).flatMap(
    (element) => {
      const { name, attributes, children } = element;
      const kind = kinds[name];
      return kind === undefined
        ? []
        : [
            {
              kind,
              id: attributes.id ?? "",
              attributes,
              isPlain: children.length === 0,
              element,
            },
          ];
    },
  );
}
