import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultParts } from "#artifacts/resolve.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { topicOf } from "#core/pipeline-spec.ts";
import { allTypes, allTypesEdges } from "#fixtures/all-types/all-types.ts";
import { mixed } from "#fixtures/workloads.ts";
import { openLake, openMysql } from "#pipeline";
import type { FaultContext } from "#run/context.ts";
import { defineScenario } from "#run/scenario.ts";
import { decodeRecord, rowOf } from "#stages/debezium/record.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { totalRecords } from "#stages/iceberg/progress.ts";
import { measureRun } from "./running.ts";

// Writes docs/all-types.md: what a value at the edge of each MySQL type becomes at each stage, by running it.
// DECIMAL beyond 38 digits does not fit Iceberg's decimal: the sink's task fails on such a value, whatever the others are.
const tooWide = ["c_decimal_65_0", "c_decimal_65_30"];
const without = ["c_vector", ...tooWide];
const edges = allTypesEdges({ without });
const lines: string[] = [];
const told = await measureRun(
  defineScenario({
    story: "Every MySQL type at its edges, looked at in each stage.",
    source: allTypes({ without }),
    workload: mixed({ writers: 1, operationsPerSecond: 1, seconds: 20 }),
    faults: [
      {
        label: "look at every edge",
        when: { atMs: 0 },
        inject: async (context) => {
          await lookAt(context);
          return { heal: async () => undefined, proof: async () => `${lines.length} edges` };
        },
      },
    ],
    checks: [],
  }),
);
const { versions } = told.verdict;
const head = `# What each type becomes

Made by running it (\`npm run docs:types\`): MySQL ${versions.mysql}, Debezium ${versions.debezium}, Iceberg ${versions.iceberg}, DuckDB ${versions.duckdb}, with
connectors/mysql-source.json and connectors/iceberg-sink.json in the profile \`fast\`. The topic's column shows what is in the
JSON: dates as days, decimals and binaries as base64. Values are cut at 40 characters.
\`DECIMAL(65,0)\` and \`DECIMAL(65,30)\` are left out: beyond Iceberg's 38 digits the sink's task fails ("Cannot write value
as decimal(38,0), too large"), and takes the table's other columns with it.

| column | MySQL type | edge | MySQL | topic | lake's type | lake |
|---|---|---|---|---|---|---|
`;
if (lines.length === edges.length)
  writeFileSync(join(import.meta.dirname, "..", "docs", "all-types.md"), `${head}${lines.join("\n")}\n`);
console.log(
  `${lines.length} of ${edges.length} edges; ${told.verdict.verdict} ${told.verdict.error?.join("\n") ?? ""}`,
);
process.exit(lines.length === edges.length ? 0 : 1);

async function lookAt(context: FaultContext): Promise<void> {
  const { clients, pipeline, stack } = context;
  const { spec } = pipeline;
  await poll({
    what: "the edges in the lake",
    deadline: deadlineIn(60_000),
    look: async () => {
      const there = await totalRecords({ catalog: clients.catalog, spec });
      return there >= edges.length ? seen(undefined) : notYet(`${there} rows`);
    },
  });
  const parts = await defaultParts();
  using lake = await openLake({
    stack,
    spec,
    duckdb: await openDuckdb({ extensionsFolder: parts.duckdbExtensions.folder }),
  });
  await using mysql = await openMysql(stack, spec.names.database);
  const inTopic = await topicValues(context);
  const relation = lake.relation("all_types");
  const types = new Map(
    (await lake.rows(`DESCRIBE SELECT * FROM ${relation}`)).map((row) => [row["column_name"], row["column_type"]]),
  );
  for (const { id, column, definition, label } of edges) {
    const binary = /blob|binary|bit|point|geometry|polygon|linestring|geom/i.test(definition);
    const [source] = await mysql.query(
      `SELECT ${binary ? `CONCAT('0x', HEX(${column}))` : `CAST(${column} AS CHAR)`} AS value FROM all_types WHERE id = ${id}`,
    );
    const [sunk] = types.has(column)
      ? await lake.rows(`SELECT "${column}"::VARCHAR AS value FROM ${relation} WHERE id = ${id} LIMIT 1`)
      : [{ value: "no such column" }];
    const cells = [
      column,
      definition,
      label.replace(`${column} `, ""),
      source?.["value"],
      inTopic.get(`${id}/${column}`),
      types.get(column),
      sunk?.["value"],
    ];
    lines.push(`| ${cells.map(cell).join(" | ")} |`);
  }
}

async function topicValues({ clients, pipeline: { spec } }: FaultContext): Promise<ReadonlyMap<string, unknown>> {
  const topic = topicOf(spec, "all_types");
  const values = new Map<string, unknown>();
  for await (const record of clients.kafka.read({
    topic,
    from: new Map(),
    to: await clients.kafka.endOffsets(topic),
  })) {
    const change = decodeRecord(record);
    const after = change === undefined ? {} : (rowOf(change).after ?? {});
    for (const [column, value] of Object.entries(after)) {
      const place = `${String(after["id"])}/${column}`;
      if (!values.has(place)) values.set(place, value);
    }
  }
  return values;
}

function cell(value: unknown): string {
  const text =
    value === null || value === undefined ? "NULL" : typeof value === "string" ? value : JSON.stringify(value);
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return short.replaceAll("|", "\\|").replaceAll(/\p{Cc}/gu, "·") || "''";
}
