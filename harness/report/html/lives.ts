import type { SqlRow } from "#core/ports.ts";
import type { Lives, PackedChange, PackedEvent, PackedRecord, PackedRow } from "./data.ts";
import { type Evidence, literal, number, numberOr, ourTables } from "./evidence.ts";

/** What the lives of rows may take of the page's two megabytes. */
const budgetBytes = 1_250_000;
/** No more keys are looked at; of rows that only the initial snapshot has, which are all alike, a few are enough. */
const keyLimits = { all: 7_000, unchanged: 600 } as const;

export interface LivesOptions {
  readonly evidence: Evidence;
  /** Rows that must be in the page: those of the anomalies. */
  readonly wanted: readonly { readonly table: string; readonly key: string }[];
}

/** Each row's life, packed. Where all of them would be too much: the wanted ones and an even sample of the others. */
export async function livesOf({ evidence, wanted }: LivesOptions): Promise<Lives> {
  const ask = (sql: string) => evidence.ask("lives of rows", sql);
  await ask(changedStatement);
  const [totals] = await ask(totalStatement);
  await ask(keysStatement(wanted, number(totals, "keys")));
  const keys = await ask(`SELECT "table", key, operations FROM ${chosen} ${inOrder}`);
  const stages = {
    ledger: groupedByRow(await ask(ledgerStatement)),
    topics: groupedByRow(await ask(topicStatement)),
    lake: groupedByRow(await ask(lakeStatement)),
  };
  const words = vocabulary();
  const rows: PackedRow[] = [];
  let [size, changedKept] = [0, 0];
  for (const row of keys) {
    const [table, key] = [row["table"] ?? "", row["key"] ?? ""];
    const of = (stage: ReadonlyMap<string, readonly SqlRow[]>) => stage.get(rowName(row)) ?? [];
    const events = packedEvents({
      ledger: of(stages.ledger),
      topics: of(stages.topics),
      lake: of(stages.lake),
      words,
      evidence,
    });
    if (events.length === 0) continue;
    const packed: PackedRow = [words.place(table), key, events];
    size += Buffer.byteLength(JSON.stringify(packed));
    if (size + words.bytes() > budgetBytes) break;
    rows.push(packed);
    if (number(row, "operations") > 0) changedKept++;
  }
  return {
    words: words.all,
    rows,
    keysKept: rows.length,
    keys: number(totals, "keys"),
    operations: number(totals, "operations"),
    changed: number(totals, "changed"),
    changedKept,
  };
}

const [changed, chosen] = [`${ourTables}changed`, `${ourTables}keys`];

const changedStatement = `CREATE OR REPLACE TEMP TABLE ${changed} AS
  SELECT "table", key, count(*) AS operations FROM ledger WHERE key IS NOT NULL GROUP BY ALL`;

const totalStatement = `SELECT count(DISTINCT hash("table", key)) AS keys, (SELECT count(*) FROM ${changed}) AS changed,
    (SELECT sum(operations) FROM ${changed}) AS operations
  FROM (SELECT "table", key FROM ledger UNION ALL SELECT "table", key FROM topics UNION ALL SELECT "table", key FROM lake)
  WHERE key IS NOT NULL`;

/** Wanted keys first, then those with operations, then a share of the others. The hash makes a sample even, and the same. */
function keysStatement(wanted: LivesOptions["wanted"], keys: number): string {
  const pairs = wanted.map(({ table, key }) => `(${literal(table)}, ${literal(key)})`);
  const ofAnomalies =
    pairs.length === 0 ? "" : `UNION ALL SELECT *, 0, true FROM (VALUES ${pairs.join(", ")}) AS wanted("table", key)`;
  const oneOf = Math.max(1, Math.floor(keys / keyLimits.unchanged));
  return `CREATE OR REPLACE TEMP TABLE ${chosen} AS
    SELECT * FROM (SELECT "table", key, max(operations) AS operations, bool_or(wanted) AS wanted FROM (
      SELECT "table", key, operations, false AS wanted FROM ${changed} ${ofAnomalies}
      UNION ALL SELECT DISTINCT "table", key, 0, false FROM (SELECT "table", key FROM topics UNION ALL SELECT "table", key FROM lake)
        WHERE key IS NOT NULL AND hash("table", key) % ${oneOf} = 0
    ) GROUP BY "table", key)
    ${inOrder} LIMIT ${keyLimits.all}`;
}

const inOrder = `ORDER BY wanted DESC, operations > 0 DESC, hash("table", key), "table", key`;

const ledgerStatement = `SELECT "table", key, seq, gtid, label, kind, status, "ackedAtMs", before, after
  FROM ledger JOIN ${chosen} USING ("table", key) ORDER BY seq`;

const topicStatement = `SELECT "table", key, topic, "partition", "offset", "timestampMs", kind, op, gtid,
    CASE WHEN kind = 'snapshot' THEN coalesce(json_extract(payload, '$.after'), payload) END AS after
  FROM topics JOIN ${chosen} USING ("table", key) ORDER BY "partition", "offset"`;

const lakeStatement = `SELECT "table", key, lake.topic, lake."partition", lake."offset", lake.kind, any_value(lake.file) AS file,
    any_value(snapshots."snapshotId") AS snapshot, min(snapshots."timestampMs") AS visible
  FROM lake JOIN ${chosen} USING ("table", key)
    LEFT JOIN files ON files."table" = lake."table" AND files.path = lake.file
    LEFT JOIN snapshots ON snapshots."table" = files."table" AND snapshots."snapshotId" = files."addedSnapshotId"
  GROUP BY "table", key, lake.topic, lake."partition", lake."offset", lake.kind, lake.file ORDER BY visible`;

function groupedByRow(rows: readonly SqlRow[]): ReadonlyMap<string, readonly SqlRow[]> {
  return Map.groupBy(rows, rowName);
}

function rowName(row: SqlRow): string {
  return `${row["table"]}\u0000${row["key"]}`;
}

interface Vocabulary {
  readonly all: readonly string[];
  place(word: string | null | undefined): number;
  bytes(): number;
}

/** Words that come again and again stand in the page once. */
function vocabulary(): Vocabulary {
  const all: string[] = [];
  const places = new Map<string, number>();
  let bytes = 0;
  return {
    all,
    bytes: () => bytes,
    place: (word) => {
      if (word === null || word === undefined || word === "") return -1;
      const known = places.get(word);
      if (known !== undefined) return known;
      bytes += Buffer.byteLength(word) + 3;
      places.set(word, all.length);
      return all.push(word) - 1;
    },
  };
}

interface OneRow {
  readonly ledger: readonly SqlRow[];
  readonly topics: readonly SqlRow[];
  readonly lake: readonly SqlRow[];
  readonly words: Vocabulary;
  readonly evidence: Evidence;
}

/** What happened to one row: its operations with their records, then records that no operation explains, then rows. */
function packedEvents({ ledger, topics, lake, words, evidence }: OneRow): PackedEvent[] {
  const at = (row: SqlRow, column: string) => {
    const wallMs = numberOr(row, column, null);
    return wallMs === null ? null : wallMs - evidence.beganWallMs;
  };
  const rest = new Set(topics);
  const unexplained = new Set(lake);
  const recordOf = (record: SqlRow): PackedRecord => {
    const mine = lake.filter((row) => samePlace(row, record));
    for (const row of mine) unexplained.delete(row);
    const [partition, offset] = [number(record, "partition"), number(record, "offset")];
    return [partition, offset, at(record, "timestampMs"), words.place(record["op"]), mine.map(lakeRowOf)];
  };
  const lakeRowOf = (row: SqlRow): PackedRecord[4][number] => [
    words.place(row["snapshot"]),
    at(row, "visible"),
    words.place(row["file"]?.split("/").at(-1)),
  ];
  const ofOperations = ledger.map((operation): PackedEvent => {
    const record = topics.find(
      (one) => rest.has(one) && one["gtid"] === operation["gtid"] && one["kind"] === operation["kind"],
    );
    if (record !== undefined) rest.delete(record);
    const [gtid, transaction] = splitGtid(operation["gtid"]);
    const kind = operation["status"] === "ok" ? operation["kind"] : `${operation["kind"]} (${operation["status"]})`;
    return [
      words.place(kind),
      at(operation, "ackedAtMs"),
      words.place(gtid),
      transaction,
      words.place(operation["label"]),
      changesOf(operation, words),
      record === undefined ? [] : [recordOf(record)],
    ];
  });
  const ofRecords = topics
    .filter((record) => rest.has(record))
    .map((record): PackedEvent => {
      const [gtid, transaction] = splitGtid(record["gtid"]);
      return [
        words.place(record["kind"]),
        null,
        words.place(gtid),
        transaction,
        -1,
        changesOf(record, words),
        [recordOf(record)],
      ];
    });
  const ofRows = [...unexplained].map(
    (row): PackedEvent => [words.place(row["kind"]), null, -1, null, -1, [], [[-1, -1, null, -1, [lakeRowOf(row)]]]],
  );
  return [...ofRecords, ...ofOperations, ...ofRows].toSorted((left, right) => momentOf(left) - momentOf(right));
}

function samePlace(row: SqlRow, record: SqlRow): boolean {
  return (
    row["offset"] !== null &&
    row["offset"] === record["offset"] &&
    row["partition"] === record["partition"] &&
    row["topic"] === record["topic"]
  );
}

function momentOf([, atMs, , , , , [record]]: PackedEvent): number {
  return atMs ?? record?.[2] ?? record?.[4][0]?.[1] ?? 0;
}

/** The server's id comes again and again, the transaction's number does not. */
function splitGtid(gtid: string | null | undefined): [string | null, number | null] {
  const [, server = "", transaction] = /^(.*):(\d+)$/.exec(gtid ?? "") ?? [];
  return transaction === undefined ? [gtid ?? null, null] : [server, Number(transaction)];
}

/** What an operation did to the columns. Zero stands for "there was no row". */
function changesOf(row: SqlRow, words: Vocabulary): PackedChange[] {
  const [before, after] = [columnsOf(row["before"]), columnsOf(row["after"])];
  if (after === undefined) return [];
  return Object.entries(after)
    .filter(([column, value]) => before === undefined || before[column] !== value)
    .map(([column, value]) => [
      words.place(column),
      before === undefined ? 0 : cut(before[column] ?? null),
      cut(value),
    ]);
}

function columnsOf(json: string | null | undefined): Record<string, string | null> | undefined {
  if (json === null || json === undefined) return undefined;
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null) return undefined;
  const text = (one: unknown) => (one === null ? null : typeof one === "string" ? one : JSON.stringify(one));
  return Object.fromEntries(Object.entries(value).map(([column, one]) => [column, text(one)]));
}

function cut(value: string | null): string | null {
  return value === null || value.length <= 160 ? value : `${value.slice(0, 160)}…`;
}
