import type { ColumnSpec } from "#core/source.ts";
import { name, text } from "./sql.ts";

/**
 * A column's value in a record's payload, as the text that the lake's rows have it in; undefined for types whose text the
 * two spell differently. A delete tells the row before it.
 */
export function payloadText(column: ColumnSpec, record: string): string | undefined {
  return valueText(column, `(${payloadValues([column], record)})[1]`);
}

/** The values of these columns in a record's payload, as a list of its own texts: the payload is parsed once for all. */
export function payloadValues(columns: readonly ColumnSpec[], record: string): string {
  const values = (row: string) => {
    const paths = columns.map((column) => text(`$${row}.${name(column.name)}`));
    return `json_extract_string(${record}.payload, [${paths.join(", ")}])`;
  };
  // An envelope has the row in `after`; what was unwrapped is the row.
  return `CASE WHEN json_exists(${record}.payload, '$.source') THEN
    CASE ${record}.kind WHEN 'delete' THEN ${values(".before")} ELSE ${values(".after")} END ELSE ${values("")} END`;
}

/** A payload's value as the lake spells it. */
export function valueText({ type }: ColumnSpec, value: string): string | undefined {
  if (plainTypes.test(type)) return value;
  if (type === "date") return `(DATE '1970-01-01' + try_cast(${value} AS INTEGER))::DATE::VARCHAR`;
  return undefined;
}

// An unsigned BIGINT travels as bytes where it is precise.
const plainTypes =
  /^(?:tinyint|smallint|mediumint|int|bigint(?!.*unsigned)|varchar|char|enum|tinytext|text|mediumtext|longtext)\b(?!.*unsigned zerofill)/;
