import type { VerdictName } from "#core/verdict.ts";
import { mark, tally } from "./console.ts";

/** One scenario on one version set. */
export interface MatrixCell {
  readonly scenario: string;
  /** The versions that were chosen, by part. */
  readonly set: Readonly<Record<string, string>>;
  /** `clash`: versions that cannot go together, so nothing was run. */
  readonly verdict: VerdictName | "clash";
  readonly totalMs: number;
  /** Where to look when it is not valid: its folder; without one, why. */
  readonly see: string;
}

/**
 * Scenarios down, version sets across, verdict and seconds in each cell; then where to look for what is not valid, and how
 * many came to what. A combination that an interruption left out has an empty cell.
 */
export function matrixTable(cells: readonly MatrixCell[], asked: number): string[] {
  const scenarios = [...Map.groupBy(cells, ({ scenario }) => scenario)];
  const columns = [...Map.groupBy(cells, ({ set }) => columnKey(set)).values()].map(([first]) => first?.set ?? {});
  const axes = [...new Set(columns.flatMap((set) => Object.keys(set)))];
  const rows = [
    ...axes.map((axis) => [axis, ...columns.map((set) => set[axis] ?? "")]),
    ...scenarios.map(([scenario, own]) => [
      scenario,
      ...columns.map((set) => cellText(own.find((cell) => columnKey(cell.set) === columnKey(set)))),
    ]),
  ];
  const came = cells.map(({ verdict }) => (verdict === "clash" ? "cannot go together" : verdict));
  return [...aligned(rows), "", ...notValid(cells), tally(came, asked)];
}

function columnKey(set: MatrixCell["set"]): string {
  return JSON.stringify(set);
}

function cellText(cell: MatrixCell | undefined): string {
  if (cell === undefined) return "";
  if (cell.verdict === "clash") return "cannot go together";
  return `${mark[cell.verdict]} ${cell.verdict} ${(cell.totalMs / 1000).toFixed(1)} s`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd());
}

/** A clash is the same for every scenario: it is told once. */
function notValid(cells: readonly MatrixCell[]): string[] {
  const lines = cells
    .filter(({ verdict }) => verdict !== "valid")
    .map(({ scenario, set, verdict, see }) => {
      const versions = Object.entries(set).map(([axis, version]) => `${axis}=${version}`);
      const what = verdict === "clash" ? [] : [verdict, scenario];
      return `  ${[...what, ...versions].join(" ")}\n      ${see}`;
    });
  return [...new Set(lines)].flatMap((line) => line.split("\n"));
}
