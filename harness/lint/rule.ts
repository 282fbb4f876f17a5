import type { Part } from "./definitions.ts";
import type { Document, Kind, Place, Setting } from "./document.ts";
import type { Pipeline } from "./pipeline.ts";
import type { View } from "./view.ts";

export const severities = ["info", "warn", "error"] as const;
export type Severity = (typeof severities)[number];

/** One place where a rule is broken. */
export interface Hit {
  /** The setting it is about; none where one is missing. */
  readonly on?: Setting | undefined;
  /** The key, where `on` does not say it. */
  readonly key?: string | undefined;
  /** What was found: the finding's first words. */
  readonly told: string;
  /** Otherwise the rule's own. */
  readonly severity?: Severity | undefined;
  readonly fix?: Fix | undefined;
}

/** The one right answer: another key, another value, or both. */
export interface Fix {
  readonly key?: string;
  readonly value?: string;
}

/** What a rule asks of one document and of what stands around it. */
export type Find = (view: View, pipeline: Pipeline) => Iterable<Hit>;

/** The part of a rule that is code; catalogue.json holds its words. */
export interface Check {
  readonly kinds: readonly Kind[];
  readonly find: Find;
  /** Versions that the rule holds for: `{ debezium: ">=3.2.0" }`. */
  readonly versions?: Readonly<Partial<Record<Part, string>>>;
  /** Where it only matters: a laptop has one broker and no secrets. */
  readonly only?: "production" | "local";
}
export type Checks = Readonly<Record<string, Check>>;

/** A rule in full. */
export interface Rule extends Check {
  readonly id: string;
  readonly severity: Severity;
  /** What happens in production. */
  readonly harm: string;
  readonly remedy: string;
  /** What stands behind it. */
  readonly source: string;
}

/** What is told of one broken rule. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly key: string | null;
  readonly message: string;
  readonly remedy: string;
  readonly source: string;
}

/** A finding with what mends it. */
export interface Found extends Finding {
  readonly document?: Document | undefined;
  readonly on?: Setting | undefined;
  readonly fix?: Fix | undefined;
  readonly at: Place;
}
