import type { RecordShape } from "#core/pipeline-spec.ts";
import type { TableSpec } from "#core/source.ts";
import type { Step } from "./check.ts";
import { describeLake, type LakeEvents } from "./lake-view.ts";
import { name } from "./sql.ts";

export interface ViewOptions {
  readonly shape: RecordShape;
  readonly tables: readonly TableSpec[];
  /** A table of the lake for a FROM clause; undefined when the lake does not have it. */
  readonly lake: (table: string) => string | undefined;
}

/**
 * Two views of each table, whatever its shape, for people who look around: `changelog.<table>`, every event with its kind
 * and its place in Kafka; `current.<table>`, the rows as they are after the last event of each key.
 */
export function* createViews({ shape, tables, lake }: ViewOptions): Step<void> {
  yield "CREATE SCHEMA IF NOT EXISTS changelog";
  yield "CREATE SCHEMA IF NOT EXISTS current";
  for (const table of tables) {
    const relation = lake(table.name);
    if (relation === undefined) continue;
    const events = yield* describeLake(relation, shape);
    yield `CREATE OR REPLACE VIEW changelog.${name(table.name)} AS ${changelogQuery(events)}`;
    const current = currentQuery(table, events);
    if (current !== undefined) yield `CREATE OR REPLACE VIEW current.${name(table.name)} AS ${current}`;
  }
}

function changelogQuery(events: LakeEvents): string {
  const { identity } = events;
  const place = identity && [
    `${identity.topic} AS _topic`,
    `${identity.partition} AS _partition`,
    `${identity.offset} AS _offset`,
  ];
  return `SELECT ${[...rowColumns(events), `${events.kind} AS _kind`, ...(place ?? [])].join(", ")} FROM ${events.relation}`;
}

/** None for a table without a primary key, or without an order of its events. */
function currentQuery(table: TableSpec, events: LakeEvents): string | undefined {
  if (table.primaryKey.length === 0 || events.order === undefined) return undefined;
  const fields = [...events.columns.keys()].map((column) => `${name(column)} := ${events.column(column)}`);
  const keys = table.primaryKey.map((key) => events.column(key)).join(", ");
  return `SELECT unnest(last.after) FROM (
      SELECT arg_max(struct_pack(after := struct_pack(${fields.join(", ")}), kind := ${events.kind}), ${events.order}) AS last
      FROM ${events.relation} GROUP BY ${keys}
    ) WHERE last.kind <> 'delete'`;
}

function rowColumns(events: LakeEvents): string[] {
  return [...events.columns.keys()].map((column) => `${events.column(column)} AS ${name(column)}`);
}
