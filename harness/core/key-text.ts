import type { Row, SqlValue } from "./source.ts";

/** A key as one text, `column=value, …` in the key's own order: how ledger, topic and lake are matched. */
export function keyText(key: Row): string {
  return Object.entries(key)
    .map(([column, value]) => `${column}=${valueText(value)}`)
    .join(", ");
}

function valueText(value: SqlValue): string {
  if (value === null) return "NULL";
  return typeof value === "object" ? Buffer.from(value).toString("hex") : String(value);
}
