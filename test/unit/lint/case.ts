import type { Versions } from "#lint/definitions.ts";
import type { Base, Delta } from "./bases.ts";

/** A file that stands beside: its base, what is put over it, and its name where that of the base is taken. */
export type Beside = readonly (readonly [Base, Delta?, string?])[];

export interface Case {
  readonly rule: string;
  readonly base: Base;
  readonly bad: Delta;
  readonly good: Delta;
  /** Where it is told; the first key of `bad` otherwise. */
  readonly key: string;
  readonly beside: Beside;
  readonly goodBeside: Beside;
  readonly local: boolean;
  readonly set: Partial<Versions>;
  readonly severity: "error" | "warn" | "info" | undefined;
}

type More = Partial<Pick<Case, "key" | "beside" | "goodBeside" | "local" | "set" | "severity">>;

/** A rule, a configuration that breaks it, and a neighbour that does not: the base itself unless given. */
export function finds(rule: string, base: Base, bad: Delta, good: Delta = {}, more: More = {}): Case {
  const beside = more.beside ?? [];
  return {
    rule,
    base,
    bad,
    good,
    key: Object.keys(bad)[0] ?? "connector.class",
    goodBeside: beside,
    local: false,
    set: {},
    severity: undefined,
    ...more,
    beside,
  };
}
