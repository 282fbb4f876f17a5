import { nextSteps } from "./next.ts";
import { inSnapshot, type Part, type Positions, partitionName, placeOf } from "./positions.ts";

/** All positions side by side, and what each hop would do next, as lines. */
export function positionLines(positions: Positions): string[] {
  return [
    ...partLines("MySQL", positions.mysql, ({ gtidExecuted, gtidPurged, files, end }) => [
      `executed ${gtidExecuted || "(GTID is off)"}`,
      `binlogs  ${files[0]} to ${files.at(-1)}:${end}${gtidPurged === "" ? "" : `, purged ${gtidPurged}`}`,
    ]),
    ...partLines("source", positions.source, (source) => [
      `${source.connector.name}  ${source.connector.state ?? "state unknown"}`,
      sourceText(source),
    ]),
    ...partLines("schema history", positions.schemaHistory, ({ topic, begin, end, first }) => [
      `${topic}  ${begin} to ${end}, first at ${first === null ? "nowhere" : (first.gtids ?? `${first.file}:${first.pos}`)}`,
    ]),
    ...partLines("topics, and the sink's data group", positions.sink, ({ connector, dataGroup, data }) => [
      `${connector.name}  ${connector.state ?? "state unknown"}, group ${dataGroup}`,
      ...data.map(
        (each) =>
          `${partitionName(each)}  ${each.begin} to ${each.end}, read ${each.read ?? "nothing"}${waiting(each.waiting)}`,
      ),
    ]),
    ...partLines("control topic, and the coordinator's group", positions.control, ({ topic, begin, end, read }) => [
      `${topic}  ${begin} to ${end}, read ${read ?? "nothing"}`,
    ]),
    ...partLines("tables", positions.tables, (tables) =>
      tables.map(
        ({ table, snapshotId, floor, rows, validThrough }) =>
          `${table}  snapshot ${snapshotId ?? "none"}, ${rows} rows, control events below ${floor ?? "none"}` +
          (validThrough === null ? "" : `, valid through ${validThrough}`),
      ),
    ),
    "next",
    ...nextSteps(positions).map(({ hop, text }) => `  ${hop.padEnd(22)} ${text}`),
  ];
}

function partLines<T>(name: string, part: Part<T>, lines: (value: T) => string[]): string[] {
  return [name, ...("value" in part ? lines(part.value) : [`unknown: ${part.unknown}`]).map((line) => `  ${line}`)];
}

function sourceText(source: Parameters<typeof placeOf>[0]): string {
  const place = placeOf(source);
  if (place === undefined) return source.offset === null ? "no offset stored" : JSON.stringify(source.offset);
  return `${place.gtids === null ? "" : `${place.gtids}  `}${place.file}:${place.pos}${inSnapshot(source) ? ", inside its initial snapshot" : ""}`;
}

function waiting(records: number | null): string {
  return records === 0 ? "" : `, ${records ?? "over 1,000"} waiting`;
}
