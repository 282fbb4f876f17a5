/**
 * The wall-clock time of a log line, as the servers write it: MySQL in ISO 8601, Kafka and Connect in brackets, the object
 * store with the hour alone or without the year; those without a zone are in the zone of the machine. Undefined for the
 * lines of a stack trace, and for the catalog's, which carry no time.
 */
export function logTime(line: string, nearWallMs: number): number | undefined {
  const head = line.slice(0, 48);
  const [iso] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/.exec(head) ?? [];
  if (iso !== undefined) return valid(Date.parse(iso));
  const [, day = "", time = ""] = /^\[?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d[,.]\d{3})/.exec(head) ?? [];
  if (day !== "") return valid(Date.parse(`${day}T${time.replace(",", ".")}`));
  const near = new Date(nearWallMs);
  const [, monthDay = "", timeOfDay = ""] = /(?:^|\s)(\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\b/.exec(head) ?? [];
  if (monthDay !== "") return valid(Date.parse(`${near.getFullYear()}-${monthDay}T${timeOfDay}`));
  const [, only = ""] = /^(\d\d:\d\d:\d\d[,.]\d{3})\b/.exec(head) ?? [];
  return only === "" ? undefined : valid(Date.parse(`${localDay(near)}T${only.replace(",", ".")}`));
}

function localDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function valid(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms;
}
