import { type SummaryRow, summaryTable, type Terminal } from "#report/console.ts";
import { type MatrixCell, matrixTable } from "#report/matrix-table.ts";
import { nameOn } from "./matrix.ts";
import { publish } from "./publish.ts";
import { type Outcome, outcomeJson } from "./run-each.ts";

export interface TellOutcomes {
  readonly outcomes: readonly Outcome[];
  /** How many runs were asked for. */
  readonly asked: number;
  /** The same scenarios ran on several version sets: their runs are told apart by these. */
  readonly several: boolean;
  readonly json: boolean;
  readonly junit: string | undefined;
  readonly screen: Terminal;
}

/** What all runs came to: a table for people, JSON, and what a CI reads. */
export async function tellOutcomes({ outcomes, asked, several, json, junit, screen }: TellOutcomes): Promise<void> {
  if (json) {
    const told = outcomes.map(several ? namedJson : outcomeJson);
    process.stdout.write(`${JSON.stringify(asked === 1 ? told[0] : told, undefined, 2)}\n`);
  }
  const table = several ? matrixTable(outcomes.map(cell), asked) : summaryTable(outcomes.map(row), asked);
  if (asked > 1) screen.write(`\n${table.join("\n")}\n`);
  const verdicts = outcomes.flatMap((outcome) => {
    if ("error" in outcome) return [];
    return several ? [{ ...outcome.told, scenario: nameOf(outcome) }] : [outcome.told];
  });
  await publish({ verdicts, junit, environment: process.env, write: (text) => screen.write(text) });
}

function namedJson(outcome: Outcome): unknown {
  return { name: nameOf(outcome), ...outcomeJson(outcome) };
}

function nameOf({ scenario, set }: Outcome): string {
  return nameOn(scenario, set);
}

function row(outcome: Outcome): SummaryRow {
  const { scenario } = outcome;
  if ("error" in outcome) return { scenario, verdict: "unknown", totalMs: outcome.totalMs, see: outcome.error.message };
  const { verdict, timings } = outcome.told;
  return { scenario, verdict, totalMs: timings.totalMs, see: outcome.folder };
}

function cell(outcome: Outcome): MatrixCell {
  const clash = "error" in outcome && outcome.error.code === "VERSIONS_CLASH" ? { verdict: "clash" as const } : {};
  return { ...row(outcome), set: { ...outcome.set }, ...clash };
}
