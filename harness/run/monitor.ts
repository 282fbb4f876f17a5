import { monotonicMs } from "#core/clock.ts";
import { every } from "#core/deadline.ts";
import type { History, StageRows } from "#core/history.ts";
import { capturedTables, topicOf } from "#core/pipeline-spec.ts";
import type { Clients, Pipeline } from "#pipeline";
import { totalRecords } from "#stages/iceberg/progress.ts";
import type { ControlLog } from "./control-log.ts";

/** Watches the rows move through the stages. A stage that does not answer keeps its last figure. */
export interface Monitor extends Disposable {
  rows(): StageRows;
  /** Row changes that MySQL has acknowledged by now, the first rows included. */
  acknowledged(): number;
  /** When the lake was first seen with more than so many rows after a moment, on the monotonic clock. */
  lakeExceeded(goal: { readonly rows: number; readonly afterMs: number }): number | undefined;
}

export interface MonitorOptions {
  readonly clients: Clients;
  readonly pipeline: Pipeline;
  readonly history: History;
  readonly acknowledged: () => number;
  readonly control: ControlLog;
  readonly everyMs: number;
  readonly onRows: (rows: StageRows) => void;
}

export function startMonitor(options: MonitorOptions): Monitor {
  const { clients, pipeline, history, acknowledged, control, onRows } = options;
  let rows: StageRows = { mysql: 0, topic: 0, lake: 0 };
  const seenInLake: { readonly atMs: number; readonly rows: number }[] = [];
  let counted = 0;
  // Tables are asked only when the sink has told of a new snapshot: their metadata grows with each one.
  const lakeRows = async () => {
    const commits = control.commits();
    if (commits === counted) return rows.lake;
    const total = await totalRecords({ catalog: clients.catalog, spec: pipeline.spec });
    counted = commits;
    return total;
  };
  const look = async () => {
    const [topic, lake] = await Promise.all([
      topicRows({ clients, pipeline }).catch(() => rows.topic),
      lakeRows().catch(() => rows.lake),
    ]);
    const now = { mysql: acknowledged(), topic, lake };
    if (now.mysql !== rows.mysql || now.topic !== rows.topic || now.lake !== rows.lake) {
      history.append({ type: "rows", rows: now });
      onRows(now);
    }
    if (lake !== rows.lake) seenInLake.push({ atMs: monotonicMs(), rows: lake });
    rows = now;
  };
  const beat = every(options.everyMs, look);
  return {
    rows: () => rows,
    acknowledged,
    lakeExceeded: (goal) => seenInLake.find(({ atMs, rows }) => atMs > goal.afterMs && rows > goal.rows)?.atMs,
    [Symbol.dispose]: () => beat[Symbol.dispose](),
  };
}

/** Offsets, so transaction markers and tombstones count as well: a figure for people, no proof. */
async function topicRows({
  clients,
  pipeline: { spec },
}: Pick<MonitorOptions, "clients" | "pipeline">): Promise<number> {
  const ends = await Promise.all(capturedTables(spec).map((table) => clients.kafka.endOffsets(topicOf(spec, table))));
  return ends.flatMap((offsets) => [...offsets.values()]).reduce((sum, offset) => sum + Number(offset), 0);
}
