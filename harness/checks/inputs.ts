import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { TableSpec } from "#core/source.ts";
import type { SourceRelation } from "./source-view.ts";
import { text } from "./sql.ts";

/** What the checks are told of a pipeline. */
export interface CheckInputs {
  readonly pipeline: Pick<PipelineSpec, "shape" | "projection"> & { readonly names: { readonly database: string } };
  /** The captured tables as MySQL has them now. */
  readonly tables: readonly TableSpec[];
  /** A table of the lake for a FROM clause; undefined when the lake does not have it. */
  readonly lake: (table: string) => string | undefined;
  readonly source: SourceRelation;
}

/** DuckDB's tables that `evidenceStatements` fills. */
export const ledgerTable = "floe_ledger";
export const topicTable = "floe_topic";

export interface EvidenceFiles {
  /**
   * What MySQL acknowledged, a line of JSON for each row change: `{seq, writer, gtid?, file?, pos?, table, kind, key, status,
   * ackedAtMs}`. `status`: `ok`, `fail`, or `info` for one that may have happened.
   */
  readonly ledger?: string;
  /**
   * The records of the data topics without tombstones, a line of JSON for each: `{topic, partition, offset, table, key, op,
   * gtid?, file?, pos?, row?}`. `op` is Debezium's; `key` as in the ledger.
   */
  readonly topic?: string;
}

/** Statements that bring the evidence into DuckDB. To be run once before the checks. */
export function evidenceStatements({ ledger, topic }: EvidenceFiles): readonly string[] {
  return [
    `CREATE OR REPLACE TEMP TABLE ${ledgerTable} AS SELECT * FROM ${lines(ledger, ledgerColumns)}`,
    `CREATE OR REPLACE TEMP TABLE ${topicTable} AS SELECT * EXCLUDE (op),
       CASE op WHEN 'c' THEN 'insert' WHEN 'u' THEN 'update' WHEN 'd' THEN 'delete' WHEN 'r' THEN 'snapshot' ELSE op END AS kind
       FROM ${lines(topic, topicColumns)} WHERE op <> 'tombstone'`,
  ];
}

const ledgerColumns = {
  seq: "BIGINT",
  writer: "BIGINT",
  gtid: "VARCHAR",
  file: "VARCHAR",
  pos: "BIGINT",
  table: "VARCHAR",
  kind: "VARCHAR",
  key: "VARCHAR",
  status: "VARCHAR",
  ackedAtMs: "BIGINT",
};

const topicColumns = {
  topic: "VARCHAR",
  partition: "INTEGER",
  offset: "BIGINT",
  table: "VARCHAR",
  key: "VARCHAR",
  op: "VARCHAR",
  gtid: "VARCHAR",
  file: "VARCHAR",
  pos: "BIGINT",
  row: "BIGINT",
};

function lines(file: string | undefined, columns: Readonly<Record<string, string>>): string {
  if (file === undefined) {
    const none = Object.entries(columns).map(([column, type]) => `NULL::${type} AS "${column}"`);
    return `(SELECT ${none.join(", ")} WHERE false)`;
  }
  const typed = Object.entries(columns).map(([column, type]) => `'${column}': '${type}'`);
  return `read_json(${text(file)}, format = 'newline_delimited', columns = {${typed.join(", ")}})`;
}
