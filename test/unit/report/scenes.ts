import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent, Stamped } from "#core/history.ts";
import type { Anomaly, RunVerdict, VerdictName } from "#core/verdict.ts";

export const beganWallMs = 1_795_274_949_000;

/** Text that tries to leave its place: as a script, out of an attribute, around its neighbours, and as pictures. */
export const hostile = `</script><script>window.harmed = 1</script>"'><img src=x onerror="window.harmed = 2">\u202Eevitan\u200B 👩‍💻 é`;

export const versions = {
  kafka: "4.3.1",
  debezium: "3.6.1.Final",
  iceberg: "1.12.0",
  catalog: "1.11.0",
  mysql: "9.7.4",
  objectStore: "s3proxy 4.1.0",
  duckdb: "1.5.5",
  java: "17.0.15",
};

export const headline = {
  scenario: "faults/connect-worker-killed",
  seed: 564330,
  runId: "rmwqkco7z3y",
  rerun: "./floe scenario faults/connect-worker-killed --seed 564330",
  runtime: "native",
  versions,
};

/** Events at their moments, in milliseconds since the run began. */
export function stamped(events: readonly (readonly [atMs: number, event: RunEvent])[]): Stamped[] {
  return events.map(([monoMs, event], seq) => ({ ...event, seq, wallMs: beganWallMs + monoMs, monoMs }));
}

/** The history of a run that lasts a while, with a worker killed in the middle where it says so. */
export function runHistory({ totalMs, killed }: { totalMs: number; killed: boolean }): Stamped[] {
  const at = (part: number) => Math.round(totalMs * part);
  const began: RunEvent = {
    type: "run-started",
    ...headline,
    story: "The Connect worker dies in the middle of a stream of changes: nothing is lost, nothing comes twice.",
    profile: "fast",
  };
  const kill = { type: "fault", label: "kill connect-1 after 500 operations" } as const;
  const faults: (readonly [number, RunEvent])[] = [
    [at(0.5), { type: "server", server: "connect-1", state: "killed", detail: "SIGKILL" }],
    [at(0.5), { ...kill, state: "injected", detail: "after 500 operations" }],
    [at(0.58), { type: "server", server: "connect-1", state: "ready", detail: "after 3135 ms" }],
    [at(0.58), { ...kill, state: "healed", detail: "3136 ms" }],
    [at(0.9), { ...kill, state: "proved", detail: "connect-1 was gone, and came back" }],
  ];
  const events: (readonly [number, RunEvent])[] = [
    [5, began],
    [10, { type: "phase-began", phase: "start" }],
    [at(0.05), { type: "step", text: "mysql ready", ms: at(0.04) }],
    [at(0.1), { type: "phase-ended", phase: "start", ms: at(0.1) }],
    [at(0.1), { type: "phase-ended", phase: "seed", ms: at(0.02) }],
    [at(0.11), { type: "rows", rows: { mysql: 5_000, topic: 0, lake: 0 } }],
    [at(0.3), { type: "step", text: "snapshot passed", ms: at(0.18) }],
    [at(0.3), { type: "phase-began", phase: "act" }],
    [at(0.4), { type: "note", text: "schema change: ALTER TABLE employees ADD COLUMN nickname VARCHAR(40)" }],
    ...(killed ? faults : []),
    [at(0.75), { type: "phase-ended", phase: "act", ms: at(0.45) }],
    [at(0.75), { type: "phase-began", phase: "settle" }],
    [at(0.9), { type: "phase-ended", phase: "settle", ms: at(0.15) }],
    [at(0.92), { type: "phase-began", phase: "check" }],
    [at(0.97), { type: "phase-ended", phase: "check", ms: at(0.05) }],
    [at(0.97), { type: "phase-began", phase: "dispose" }],
    [totalMs, { type: "phase-ended", phase: "dispose", ms: at(0.03) }],
  ];
  return stamped(events.toSorted(([left], [right]) => left - right));
}

export function verdictWith(verdict: VerdictName, anomalies: readonly Anomaly[], totalMs: number): RunVerdict {
  return {
    version: 1,
    verdict,
    ...headline,
    checks: [
      { name: "current-state", verdict: "valid", anomalies: [], note: "rows compared: employees 1072, salaries 9680" },
      {
        name: "changelog",
        verdict: verdict === "valid" ? "valid" : "invalid",
        anomalies,
        note: "2024 operations, 15119 records",
      },
    ],
    measured: { seededRows: 5_000, operations: 2_024 },
    timings: {
      stackReadyMs: 3618,
      seedMs: 2951,
      actMs: 10_063,
      settleMs: 8043,
      checkMs: 1376,
      disposeMs: 262,
      totalMs,
    },
  };
}

/** Anomalies of several kinds and hops; one is of a row whose key and values are hostile. */
export const anomalies: readonly Anomaly[] = [
  {
    class: "value-changed",
    hop: "kafka->sink",
    table: "employees",
    key: `name=${hostile}`,
    count: 3,
    evidence: [
      `name=${hostile}`,
      "  mysql  salary=60117",
      `  lake   note=${hostile}`,
      "  stages ledger: 1 operations; topic: 1 records; lake: 1 records",
    ],
  },
  {
    class: "lost",
    hop: "mysql->kafka",
    table: "salaries",
    key: "emp_no=10007",
    count: 41,
    evidence: [
      "emp_no=10007",
      "  insert gtid 46bb:34",
      "  stages ledger: 1 times; topic: 0 times",
      "emp_no=10008",
      "  stages ledger: 1 times; topic: 0 times",
    ],
  },
];

/** Writes what a run leaves in its folder. */
export function writeRun({
  folder,
  history,
  verdict,
}: {
  folder: string;
  history: readonly Stamped[];
  verdict?: RunVerdict;
}): void {
  mkdirSync(join(folder, "connectors"), { recursive: true });
  mkdirSync(join(folder, "logs"), { recursive: true });
  writeFileSync(join(folder, "history.jsonl"), history.map((event) => `${JSON.stringify(event)}\n`).join(""));
  if (verdict !== undefined) writeFileSync(join(folder, "verdict.json"), JSON.stringify(verdict));
  const source = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.password": "***",
    "table.include.list": hostile,
  };
  writeFileSync(join(folder, "connectors", "source.json"), JSON.stringify(source));
  writeFileSync(
    join(folder, "connectors", "sink.json"),
    JSON.stringify({ "connector.class": "org.apache.iceberg.connect.IcebergSinkConnector" }),
  );
}
