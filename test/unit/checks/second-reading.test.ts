import { describe, expect, test } from "vitest";
import { blameReaders } from "#checks/second-reading.ts";
import type { Anomaly, CheckVerdict, Hop } from "#core/verdict.ts";

const lake = "the data files and DuckDB's iceberg reader disagree on 2 rows";
const mysql = "MySQL's own client and DuckDB's MySQL reader disagree on 1 rows";

describe("where two readers do not agree on a table's rows", () => {
  test("what rests on them is the reader's", () => {
    expect(hopsOf("current-state", { lake }, "kafka->sink")).toEqual(["catalog->duckdb"]);
    expect(hopsOf("current-state", { mysql }, "debezium->kafka")).toEqual(["catalog->duckdb"]);
    expect(hopsOf("changelog", { lake }, "kafka->sink")).toEqual(["catalog->duckdb"]);
    expect(hopsOf("a check of one's own", { mysql }, "kafka->sink")).toEqual(["catalog->duckdb"]);
  });

  test("what does not keeps its hop", () => {
    expect(hopsOf("changelog", { lake }, "debezium->kafka")).toEqual(["debezium->kafka"]);
    expect(hopsOf("changelog", { mysql }, "kafka->sink")).toEqual(["kafka->sink"]);
    expect(hopsOf("files", { lake, mysql }, "sink->object-store")).toEqual(["sink->object-store"]);
    expect(hopsOf("positions", { lake, mysql }, "kafka->sink")).toEqual(["kafka->sink"]);
    expect(hopsOf("current-state", {}, "kafka->sink")).toEqual(["kafka->sink"]);
  });

  test("another table's anomalies are left alone, and the evidence says what was found", () => {
    const check = checkOf("current-state", ["kafka->sink"]);
    expect(blameReaders(check, new Map([["another", { lake }]]))).toEqual(check);
    const [blamed] = blameReaders(check, new Map([["people", { lake }]])).anomalies;
    expect(blamed?.evidence).toEqual(["id=1", `  ${lake}`]);
  });
});

function hopsOf(name: string, disagreement: { lake?: string; mysql?: string }, hop: Hop): Hop[] {
  const blamed = blameReaders(checkOf(name, [hop]), new Map([["people", disagreement]]));
  return blamed.anomalies.map((anomaly) => anomaly.hop);
}

function checkOf(name: string, hops: readonly Hop[]): CheckVerdict {
  const anomalies = hops.map(
    (hop): Anomaly => ({ class: "lost", hop, table: "people", key: "id=1", count: 1, evidence: ["id=1"] }),
  );
  return { name, verdict: "invalid", anomalies };
}
