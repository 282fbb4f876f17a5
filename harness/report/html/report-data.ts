import type { RunSql } from "#core/ports.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { evidenceBlocks } from "../findings.ts";
import type { Configuration, ReportData } from "./data.ts";
import { evidenceOf } from "./evidence.ts";
import { extractsOf, type ServerLog } from "./extracts.ts";
import { findingsWithExamples } from "./findings.ts";
import { plural } from "./format.ts";
import { beganWallMs as beganAt, headlineOf } from "./headline.ts";
import type { HistoryLines } from "./history-lines.ts";
import { lakeTablesOf } from "./lake.ts";
import { livesOf } from "./lives.ts";
import { stepsOf, timelineOf } from "./timeline.ts";
import { visibleOf } from "./visible.ts";

/** What a run folder holds, read but not understood. */
export interface RunEvidence {
  readonly history: HistoryLines;
  /** Undefined where the run ended before it had one. */
  readonly verdict: RunVerdict | undefined;
  readonly configurations: readonly Configuration[];
  readonly logs: readonly ServerLog[];
  /** Asks DuckDB, which has the relations ledger, topics, control, positions, snapshots, files and lake of the run. */
  readonly rows: RunSql;
}

/** Everything a report shows, from what the run folder holds. */
export async function reportData({ history, verdict, configurations, logs, rows }: RunEvidence): Promise<ReportData> {
  const { events } = history;
  const beganWallMs = beganAt(events);
  const evidence = evidenceOf({ rows, beganWallMs });
  const headline = headlineOf({ events, verdict });
  const findings = await findingsWithExamples(headline.checks, evidence);
  const timeline = await timelineOf({ events, evidence, seededRows: verdict?.measured?.["seededRows"] });
  const visible = await visibleOf(evidence);
  const tables = await lakeTablesOf(evidence);
  const wanted = findings.flatMap(({ anomaly }) =>
    evidenceBlocks(anomaly).map(({ key }) => ({ table: anomaly.table, key })),
  );
  const lives = await livesOf({ evidence, wanted });
  const { extracts, files } = await extractsOf({ events, logs, beganWallMs });
  return {
    headline,
    timeline,
    visible,
    tables,
    findings,
    lives,
    configurations,
    extracts,
    logFiles: files,
    steps: stepsOf(events),
    gaps: [...new Set([...brokenLines(history), ...evidence.gaps])],
  };
}

function brokenLines({ broken }: HistoryLines): string[] {
  return broken === 0 ? [] : [`history.jsonl: ${plural(broken, "line")} could not be read`];
}
