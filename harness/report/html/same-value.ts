/**
 * Whether two texts mean the same value as the stages write it: days and microseconds of a date or time, numbers with other
 * zeros, booleans as bits. Only for what is marked in the page; the verdict is the checks'.
 */
export function sameValue(mysql: string | null, other: string | null): boolean {
  if (mysql === null || other === null) return mysql === other;
  if (mysql === other) return true;
  return forms(mysql).some((form) => forms(other).includes(form));
}

function forms(text: string): string[] {
  const all = [text];
  if (/^-?\d+(\.\d+)?$/.test(text)) all.push(`number ${withoutZeros(text)}`);
  if (/^(true|false)$/.test(text)) all.push(`number ${text === "true" ? 1 : 0}`);
  if (/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?)?(Z|[+-]00(:?00)?)?$/.test(text)) all.push(...instants(text));
  return all;
}

function withoutZeros(digits: string): string {
  const [whole = "", fraction = ""] = digits.split(".");
  const rest = fraction.replace(/0+$/, "");
  return rest === "" ? whole : `${whole}.${rest}`;
}

/** What Debezium's types make of a moment: days, milliseconds and microseconds since 1970. */
function instants(text: string): string[] {
  const zoneless = text.replace(" ", "T").replace(/(Z|[+-]00(:?00)?)$/, "");
  const ms = Date.parse(zoneless.includes("T") ? `${zoneless}Z` : `${zoneless}T00:00:00Z`);
  if (Number.isNaN(ms)) return [];
  const days = zoneless.includes("T") ? [] : [`number ${ms / 86_400_000}`];
  return [...days, `number ${ms}`, `number ${ms}000`, `instant ${ms}`];
}
