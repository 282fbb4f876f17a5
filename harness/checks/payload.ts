import type { ColumnSpec } from "#core/source.ts";
import { name, text } from "./sql.ts";

/**
 * A column's value in a record's payload, as the text that the lake's rows have it in; undefined for types whose text the
 * two spell differently. A delete tells the row before it.
 */
export function payloadText({ name: column, type }: ColumnSpec, record: string): string | undefined {
  const path = text(`$.${name(column)}`);
  // An envelope has the row in `after`; what was unwrapped is the row.
  const row = `CASE WHEN json_exists(${record}.payload, '$.source') THEN
    CASE ${record}.kind WHEN 'delete' THEN ${record}.payload->'before' ELSE ${record}.payload->'after' END ELSE ${record}.payload END`;
  const value = `((${row})->>${path})`;
  if (plainTypes.test(type)) return value;
  if (type === "date") return `(DATE '1970-01-01' + try_cast(${value} AS INTEGER))::DATE::VARCHAR`;
  return undefined;
}

const plainTypes =
  /^(?:tinyint|smallint|mediumint|int|bigint|varchar|char|enum|tinytext|text|mediumtext|longtext)\b(?!.*unsigned zerofill)/;
