import type { Projection } from "#core/pipeline-spec.ts";
import type { ColumnSpec, TableSpec } from "#core/source.ts";
import { type ColumnForm, columnForm } from "./column-forms.ts";
import type { GivenInputs } from "./inputs.ts";
import type { LakeEvents } from "./lake-view.ts";
import { masked } from "./projection.ts";
import { passesColumn } from "./source-view.ts";
import { labelled, mysqlName, name } from "./sql.ts";

/** A table of MySQL's beside its changelog in the lake, with a common form for each column. */
export interface Comparison {
  readonly table: TableSpec;
  readonly events: LakeEvents;
  readonly forms: ReadonlyMap<string, ColumnForm>;
  /** Columns whose type in the lake cannot carry MySQL's values. */
  readonly incomparable: readonly ColumnSpec[];
  /** Subqueries: `source` and `changes` have a column for each of the table's, in the common form. */
  readonly source: string;
  readonly changes: string;
}

/** Columns that `changes` has beside the table's own. A space keeps them apart from any that a user has. */
export const eventColumns = {
  kind: '"event kind"',
  topic: '"event topic"',
  partition: '"event partition"',
  offset: '"event offset"',
  order: '"event order"',
  /** The row as JSON, each value as DuckDB spells it. */
  row: '"event row"',
  /** The data file, where the reader tells it. */
  file: '"event file"',
} as const;

export function compareColumns(inputs: GivenInputs, table: TableSpec, events: LakeEvents): Comparison {
  const { projection, names } = inputs.pipeline;
  const forms = new Map<string, ColumnForm>();
  const incomparable: ColumnSpec[] = [];
  for (const column of table.columns) {
    const form = formOf({ table, column, events, projection });
    if (form === undefined) incomparable.push(column);
    else forms.set(column.name, form);
  }
  const reads = new Map([...forms].map(([column, { read }]) => [column, read]));
  const relation = inputs.source({ database: names.database, table, reads, projection });
  return {
    table,
    events,
    forms,
    incomparable,
    source: sourceQuery(forms, relation, projection.filters[table.name] !== undefined),
    changes: changesQuery(forms, events),
  };
}

interface OneColumn {
  readonly table: TableSpec;
  readonly column: ColumnSpec;
  readonly events: LakeEvents;
  readonly projection: Projection;
}

function formOf({ table, column, events, projection }: OneColumn): ColumnForm | undefined {
  const lakeType = events.columns.get(column.name);
  const sides = { inMysql: mysqlName(column.name), inSource: name(column.name) };
  if (lakeType === undefined) {
    // A column that the lake does not have is one that is NULL in every row.
    return { read: `HEX(${sides.inMysql})`, source: sides.inSource, lake: "NULL::VARCHAR" };
  }
  const inLake = events.column(column.name);
  const form = columnForm({ mysqlType: column.type, lakeType, ...sides, inLake });
  const mask = masked(projection, `${table.name}.${column.name}`, sides.inSource);
  if (form === undefined || mask === undefined) return form;
  const source = `CASE WHEN ${sides.inSource} IS NULL THEN NULL ELSE ${mask} END`;
  // Whether a NULL is masked, too, is the connector's affair.
  return { ...form, source, same: "$source IS NOT DISTINCT FROM $lake OR $source IS NULL" };
}

function sourceQuery(forms: Comparison["forms"], relation: string, filtered: boolean): string {
  const columns = [...forms].map(([column, form]) => `${form.source} AS ${name(column)}`);
  const passes = filtered ? `${name(passesColumn)} <> 0` : "true";
  return `SELECT ${columns.join(", ")}, ${passes} AS ${name(passesColumn)} FROM ${relation}`;
}

function changesQuery(forms: Comparison["forms"], events: LakeEvents): string {
  const { kind, topic, partition, offset, order, row, file } = eventColumns;
  const fields = [...forms.keys()]
    .filter((column) => events.columns.has(column))
    .map((column) => `${name(column)} := (${events.column(column)})::VARCHAR`);
  const columns = [
    ...[...forms].map(([column, form]) => `${form.lake} AS ${name(column)}`),
    `${events.kind} AS ${kind}`,
    `${events.identity?.topic ?? "NULL::VARCHAR"} AS ${topic}`,
    `${events.identity?.partition ?? "NULL::INTEGER"} AS ${partition}`,
    `${events.identity?.offset ?? "NULL::BIGINT"} AS ${offset}`,
    `${events.order ?? "NULL::BIGINT"} AS ${order}`,
    `${fields.length === 0 ? "NULL::JSON" : `to_json(struct_pack(${fields.join(", ")}))`} AS ${row}`,
    `${events.file ?? "NULL::VARCHAR"} AS ${file}`,
  ];
  return `SELECT ${columns.join(", ")} FROM ${events.relation}`;
}

/** Whether a column is the same on both sides, given how each side is named. */
export function sameColumn({ forms }: Comparison, column: string, sides: { source: string; lake: string }): string {
  const condition = forms.get(column)?.same ?? "$source IS NOT DISTINCT FROM $lake";
  return `(${condition.replaceAll("$source", `${sides.source}.${name(column)}`).replaceAll("$lake", `${sides.lake}.${name(column)}`)})`;
}

/** The columns that are not part of the primary key, and that can be compared. */
export function valueColumns({ forms, table }: Comparison): readonly string[] {
  return [...forms.keys()].filter((column) => !table.primaryKey.includes(column));
}

export function sameValues(comparison: Comparison, sides: { source: string; lake: string }): string {
  return ["true", ...valueColumns(comparison).map((column) => sameColumn(comparison, column, sides))].join(" AND ");
}

/** `column=value, …` of columns of one side, each under the side's name. */
export function rowText(columns: Iterable<string>, side: string): string {
  return labelled(Object.fromEntries([...columns].map((column) => [column, `${side}.${name(column)}`])));
}
