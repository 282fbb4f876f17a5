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

/** A row with each value as text, as the key spells it; NULL stays null. */
export function valueTexts(row: Row): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value === null ? null : valueText(value)]),
  );
}
