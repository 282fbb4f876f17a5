import type { SqlRow } from "#core/ports.ts";
import type { Anomaly, CheckVerdict } from "#core/verdict.ts";
import { evidenceBlocks } from "../findings.ts";
import type { ColumnValues, Example, Finding, Side } from "./data.ts";
import { type Evidence, literal } from "./evidence.ts";
import { sameValue } from "./same-value.ts";

/** The anomalies of all checks, each with its examples' newest versions side by side. */
export async function findingsWithExamples(checks: readonly CheckVerdict[], evidence: Evidence): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    for (const anomaly of check.anomalies) {
      const expected = check.verdict === "valid" || check.verdict === "known-bug";
      findings.push({ check: check.name, expected, anomaly, examples: await examplesOf(anomaly, evidence) });
    }
  }
  return findings;
}

async function examplesOf(anomaly: Anomaly, evidence: Evidence): Promise<Example[]> {
  const blocks = evidenceBlocks(anomaly);
  if (blocks.length === 0 || anomaly.key === "") return [];
  const where = `"table" = ${literal(anomaly.table)} AND key IN (${blocks.map(({ key }) => literal(key)).join(", ")})`;
  const what = `rows of ${anomaly.class} in ${anomaly.table}`;
  const [mysql, topic, lake] = [
    await evidence.ask(
      what,
      newest({ from: "ledger", where: `${where} AND status = 'ok'`, order: "seq", columns: ledgerColumns }),
    ),
    await evidence.ask(
      what,
      newest({ from: "topics", where: `${where} AND kind <> 'tombstone'`, order: placeOrder, columns: topicColumns }),
    ),
    await evidence.ask(what, newest({ from: "lake", where, order: placeOrder, columns: lakeColumns })),
  ];
  return blocks.map(({ key, lines }) => {
    const of = (rows: readonly SqlRow[]) => rows.find((row) => row["key"] === key);
    return exampleOf({ key, lines, mysql: of(mysql), topic: of(topic), lake: of(lake) });
  });
}

const placeOrder = '"partition", "offset"';
const ledgerColumns = `kind, after AS "values", coalesce('GTID ' || gtid, file || ':' || pos, 'operation ' || seq) AS place`;
const topicColumns = `kind, coalesce(json_extract(payload, '$.after'), payload) AS "values",
  'partition ' || "partition" || ', offset ' || "offset" AS place`;
const lakeColumns = `kind, "row" AS "values", concat_ws(', ', 'partition ' || "partition", 'offset ' || "offset", regexp_extract(file, '[^/]*$')) AS place`;

function newest({
  from,
  where,
  order,
  columns,
}: {
  from: string;
  where: string;
  order: string;
  columns: string;
}): string {
  return `SELECT key, count(*) OVER (PARTITION BY key) AS times, ${columns} FROM ${from} WHERE ${where}
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY ${order} DESC) = 1`.replaceAll(
    '"partition", "offset" DESC',
    '"partition" DESC, "offset" DESC',
  );
}

interface Sides {
  readonly key: string;
  readonly lines: readonly string[];
  readonly mysql: SqlRow | undefined;
  readonly topic: SqlRow | undefined;
  readonly lake: SqlRow | undefined;
}

function exampleOf({ key, lines, mysql, topic, lake }: Sides): Example {
  const [inMysql, inTopic, inLake] = [valuesOf(mysql), valuesOf(topic), valuesOf(lake)];
  const columns = [...new Set([inMysql, inTopic, inLake].flatMap((values) => Object.keys(values)))];
  return {
    key,
    evidence: lines,
    mysql: sideOf(mysql),
    topic: sideOf(topic),
    lake: sideOf(lake),
    columns: columns.map((column) => compared(column, inMysql[column], inTopic[column], inLake[column])),
  };
}

function compared(
  column: string,
  mysql: string | null | undefined,
  topic: string | null | undefined,
  lake: string | null | undefined,
): ColumnValues {
  const wanted = mysql === undefined ? topic : mysql;
  const differs = (value: string | null | undefined) =>
    value !== undefined && wanted !== undefined && !sameValue(wanted, value);
  return { column, mysql, topic, lake, topicDiffers: differs(topic), lakeDiffers: differs(lake) };
}

function sideOf(row: SqlRow | undefined): Side {
  return row === undefined
    ? { times: 0, kind: "", place: "" }
    : { times: Number(row["times"]), kind: row["kind"] ?? "", place: row["place"] ?? "" };
}

/** A row's columns as text, without what the connectors put beside them. */
function valuesOf(row: SqlRow | undefined): Record<string, string | null> {
  const value = jsonOf(row?.["values"]);
  if (typeof value !== "object" || value === null) return {};
  const columns = Object.entries(value).filter(([name]) => !beside.has(name));
  return Object.fromEntries(columns.map(([name, value]) => [name, textOf(value)]));
}

const beside = new Set(["_cdc", "_kafka_metadata"]);

function jsonOf(text: string | null | undefined): unknown {
  if (text === null || text === undefined) return undefined;
  try {
    // A number keeps its digits: 64-bit ones and decimals are more than JSON.parse can hold.
    return JSON.parse(text, (_, value, context?: { source?: string }) =>
      typeof value === "number" ? (context?.source ?? value) : value,
    );
  } catch {
    return { value: text };
  }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
