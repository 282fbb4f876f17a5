import type { AnomalyClass } from "./verdict.ts";
import type { VersionSet } from "./versions.ts";

/**
 * How many anomalies of a class are right:
 * - a number: exactly so many;
 * - `{ atMost }`: up to so many, or up to what a fault or a plan has announced under this name;
 * - `"since-last-offset-flush"`: up to the records that were delivered since the offsets were last flushed before a fault;
 * - `{ equals }`: exactly as many as a fault or a plan has announced under this name. Every run announces `operations`: the
 *   row changes that were committed after the snapshot.
 */
export type Allowed =
  | number
  | { readonly atMost: number | string }
  | "since-last-offset-flush"
  | { readonly equals: string };

/** What a scenario expects, by anomaly class. A class that is not named is expected to be zero. */
export type Expectation = Readonly<Partial<Record<ExpectedClass, Allowed>>> & {
  /** How long after the last healing the pipeline may take until the rows arrive again. */
  readonly recoverWithinMs?: number;
  /** A connector that must fail. The run announces `behind` then: what the connector had not passed when it failed. */
  readonly failure?: ExpectedFailure;
};

/** A connector's failure that is the right outcome: by design, or by a known bug. */
export interface ExpectedFailure {
  readonly connector: "source" | "sink";
  /** Is to be found in the trace that Connect gives of it. */
  readonly message: RegExp;
}

/** The anomaly classes as expectations spell them. */
export type ExpectedClass = Exclude<AnomalyClass, "duplicate"> | "duplicates";

export function expectedClass(anomaly: AnomalyClass): ExpectedClass {
  return anomaly === "duplicate" ? "duplicates" : anomaly;
}

/** A bug of a server: on the versions that have it, exactly this anomaly is demanded, or allowed where it shows `sometimes`. */
export interface KnownBug {
  /** `apache/iceberg#17340`. */
  readonly issue: string;
  /** The versions that have it; all conditions must hold: `{ iceberg: "<=1.11.0" }`. */
  readonly when: Readonly<Partial<Record<keyof VersionSet, string>>>;
  readonly anomaly: AnomalyClass;
  /** It depends on what no fault decides, such as a group's rebalance: the run may do without it. */
  readonly sometimes?: true;
  /** The failure that the bug ends in, on these versions alone. */
  readonly failure?: ExpectedFailure;
}
