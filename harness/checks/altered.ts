import type { TableSpec } from "#core/source.ts";
import type { Step } from "./check.ts";
import { compareColumns } from "./comparison.ts";
import { type CheckInputs, withoutDropped } from "./inputs.ts";
import { isForeign } from "./localize.ts";
import { payloadValues, valueText } from "./payload.ts";
import { name, text } from "./sql.ts";

/**
 * Rows of the lake whose values are not those of their record: `altered`. Each document is parsed once for all columns:
 * a path at a time, this alone took half of the time that a long run was judged in.
 */
export function* markAltered(inputs: CheckInputs, table: TableSpec): Step<void> {
  const columns = comparableColumns(inputs, table);
  if (columns.length === 0 || inputs.pipeline.shape === "unwrapped") return;
  const sides = columns.map((column, at) => ({
    column: column.name,
    inTopic: valueText(column, `in_topic[${at + 1}]`) ?? "NULL",
    inLake: `in_lake[${at + 1}]`,
  }));
  const differing = sides.map(({ column, inTopic, inLake }) => {
    const told = `${text(`${column}: topic `)} || coalesce(${inTopic}, 'NULL') || ', lake ' || coalesce(${inLake}, 'NULL')`;
    return `CASE WHEN ${inLake} IS DISTINCT FROM ${inTopic} THEN ${told} END`;
  });
  const paths = columns.map((column) => text(`$.${name(column.name)}`));
  yield `INSERT INTO altered
    SELECT "table", topic, "partition", "offset", key,
      CASE WHEN ${isForeign('both_sides."file"')} THEN 'object-store->catalog' ELSE 'kafka->sink' END, concat_ws('; ', ${differing.join(", ")})
    FROM (
      SELECT l.*, ${payloadValues(columns, "r")} AS in_topic, json_extract_string(l."row", [${paths.join(", ")}]) AS in_lake
      FROM lake AS l JOIN records AS r ON r.topic = l.topic AND r."partition" = l."partition" AND r."offset" = l."offset"
      WHERE l."table" = ${text(table.name)}
    ) AS both_sides WHERE ${sides.map(({ inTopic, inLake }) => `${inLake} IS DISTINCT FROM ${inTopic}`).join(" OR ")}`;
}

/** Those whose text is the same on both sides, and that the lake's table still has in a type that can hold the values. */
function comparableColumns(inputs: CheckInputs, table: TableSpec): TableSpec["columns"] {
  const events = inputs.events(table.name);
  if (events === undefined) return [];
  const kept = withoutDropped(inputs, table);
  const { incomparable } = compareColumns(inputs, kept, events);
  // That such a column's type has changed is told by the current state: none of its values is the record's.
  const left = new Set(incomparable.map(({ name }) => name));
  return kept.columns.filter((column) => !left.has(column.name) && valueText(column, "") !== undefined);
}
