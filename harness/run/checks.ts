import type { ChangelogInputs } from "#checks/changelog.ts";
import { changelog } from "#checks/changelog.ts";
import type { Check } from "#checks/check.ts";
import { currentState } from "#checks/current-state.ts";

/** A check that a scenario can ask for: a pure function of what the stages hold. */
export type ScenarioCheck = (inputs: ChangelogInputs) => Check;

/** What can be proved about a run. Both are asked for unless a scenario names its own. */
export const checks = {
  /** Every row of every captured table, every column by its type: the last event by key in the lake against MySQL. */
  currentState: (): ScenarioCheck => currentState,
  /** Every acknowledged operation in its topic, and every record of the topics in the lake, exactly once each. */
  changelog: (): ScenarioCheck => changelog,
} as const;
