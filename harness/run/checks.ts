import { changelog } from "#checks/changelog.ts";
import type { Check } from "#checks/check.ts";
import { currentState } from "#checks/current-state.ts";
import { files } from "#checks/files.ts";
import type { CheckInputs } from "#checks/inputs.ts";
import { oneRowPerKey } from "#checks/one-row-per-key.ts";
import { positions } from "#checks/positions.ts";

/** A check that a scenario can ask for: a pure function of what the stages hold. */
export type ScenarioCheck = (inputs: CheckInputs) => Check;

/** What can be proved about a run. All but the last are asked for unless a scenario names its own. */
export const checks = {
  /** Every acknowledged operation in its topic, and every record of the topics in the lake, exactly once each. */
  changelog: (): ScenarioCheck => changelog,
  /** Every row of every captured table, every column by its type: the last event by key in the lake against MySQL. */
  currentState: (): ScenarioCheck => currentState,
  /** What the tables name is in the bucket, once, and what is in the bucket is named. */
  files: (): ScenarioCheck => files,
  /** No stored offset went back, or forward past what was never delivered. */
  positions: (): ScenarioCheck => positions,
  /** A table that is meant to hold the current state: one row a key, none for a deleted one. Only asked for by name. */
  oneRowPerKey: (): ScenarioCheck => () => oneRowPerKey(),
} as const;

/** The changelog first: what it finds is where the current state's differences come from. */
export const everyCheck: readonly ScenarioCheck[] = [
  checks.changelog(),
  checks.currentState(),
  checks.files(),
  checks.positions(),
];
