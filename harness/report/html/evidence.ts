import { messageOf } from "#core/errors.ts";
import type { RunSql, SqlRow } from "#core/ports.ts";

/** The run's evidence in DuckDB. What cannot be asked is told in the report, and is empty in it. */
export interface Evidence {
  /** The rows of a statement; none where it failed. `what` names what the report lacks then. */
  ask(what: string, sql: string): Promise<readonly SqlRow[]>;
  /** When the run began, on the wall clock. */
  readonly beganWallMs: number;
  readonly gaps: readonly string[];
}

export function evidenceOf({ rows, beganWallMs }: { rows: RunSql; beganWallMs: number }): Evidence {
  const gaps: string[] = [];
  return {
    beganWallMs,
    gaps,
    ask: async (what, sql) => {
      try {
        return await rows(sql);
      } catch (error) {
        const said = messageOf(error).split("\n")[0] ?? "";
        const [, missing] = /Table with name "?(\w+)"? does not exist/.exec(said) ?? [];
        // Where a table of ours could not be made, the gap before it has said why.
        if (missing?.startsWith(ourTables) !== true) gaps.push(missing === undefined ? `${what} (${said})` : missing);
        return [];
      }
    },
  };
}

/** How the names of the report's own tables begin. */
export const ourTables = "report_";

/** A column as a number; 0 where it is NULL. */
export function number(row: SqlRow | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

/** A column as a number, or undefined where it is NULL. */
export function numberOr<T>(row: SqlRow, column: string, otherwise: T): number | T {
  const text = row[column];
  return text === null || text === undefined ? otherwise : Number(text);
}

/** A text as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
