import type { Bell } from "#core/bell.ts";
import { monotonicMs } from "#core/clock.ts";
import type { Deadline } from "#core/deadline.ts";
import type { ExpectedFailure } from "#core/expectation.ts";
import { keyText } from "#core/key-text.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { Change } from "#core/source.ts";
import { failureOf } from "#stages/connect/progress.ts";
import { committedBehind } from "#stages/iceberg/progress.ts";
import type { FaultContext } from "./context.ts";
import type { ControlLog } from "./control-log.ts";
import { failedAsForeseen } from "./foreseen.ts";
import type { TopicRecorder } from "./recorder.ts";
import { isYetToRead } from "./sessions.ts";

export interface SettleOptions extends Pick<FaultContext, "stack" | "clients" | "pipeline"> {
  readonly spec: PipelineSpec;
  readonly recorder: TopicRecorder;
  readonly control: ControlLog;
  /** Rung when either of them has read something. */
  readonly bell: Bell;
  /** The last row that was written to each captured table. */
  readonly sentinels: readonly Change[];
  readonly deadline: Deadline;
  /** How long nothing at all may move before waiting on is pointless: longer than the slowest session time-out. */
  readonly stillMs: number;
  readonly logFiles: readonly string[];
  /** A connector's failure that is the right end. What it keeps back is not waited for. */
  readonly foreseen: ExpectedFailure | undefined;
}

export interface Settled {
  /** What was still missing when nothing moved any more, or time was up. Undefined: all positions agree. */
  readonly missing: string | undefined;
  /** The root cause of the foreseen failure, if it was seen. */
  readonly failure: string | undefined;
}

/**
 * Waits until every stage has got past the last row that was written: the sentinels are in their topics, the sink's
 * group is past them, and each table's newest snapshot is past what the sink has announced of it. Reads only.
 */
export async function settle(options: SettleOptions): Promise<Settled> {
  const { deadline, stillMs } = options;
  let [saw, changedMs, checkedMs] = ["", monotonicMs(), monotonicMs()];
  let failure: string | undefined;
  for (;;) {
    const now = (await whatIsMissing(options, failure)) ?? failureIsMissing(options, failure);
    if (now === undefined) return { missing: undefined, failure };
    if (now.position !== saw) [saw, changedMs] = [now.position, monotonicMs()];
    if (monotonicMs() - checkedMs > 1_000) {
      failure ??= await seenFailure(options);
      if (failure === undefined) await failIfFailed(options);
      checkedMs = monotonicMs();
    }
    const patienceMs = now.patienceMs ?? stillMs + (now.behind ?? 0);
    const still = monotonicMs() - changedMs > patienceMs;
    if (still && (await isYetToBegin(options))) changedMs = monotonicMs();
    else if (still) return { missing: `${now.text}; nothing moved for ${Math.round(patienceMs / 1000)} s`, failure };
    if (deadline.remainingMs() === 0) return { missing: `${now.text} after ${deadline.totalMs} ms`, failure };
    await options.bell.rung(50);
  }
}

/** What does not answer comes back, or is told when time is up. */
async function isYetToBegin(options: SettleOptions): Promise<boolean> {
  const ends = await Promise.all(
    (["source", "sink"] as const).map((end) => isYetToRead(options, end).catch(() => true)),
  );
  return ends.includes(true);
}

interface Missing {
  readonly text: string;
  /** Changes whenever anything moves. */
  readonly position: string;
  /** Records that a sink has yet to take: it moves its offsets when it has written them all, a millisecond each on a slow machine. */
  readonly behind?: number;
  /** How long nothing may move, where it is another time than that of all the others. */
  readonly patienceMs?: number;
}

async function whatIsMissing(options: SettleOptions, failure: string | undefined): Promise<Missing | undefined> {
  options.recorder.check();
  options.control.check();
  const failed = failure === undefined ? undefined : options.foreseen?.connector;
  const toTopics = () => (failed === "source" ? undefined : missingInTopics(options));
  const toTables = async () =>
    (await missingInGroup(options)) ?? (await missingInControlLog(options)) ?? (await missingInTables(options));
  return toTopics() ?? (failed === "sink" ? undefined : await toTables());
}

/** All has arrived. A connector that was to fail has nothing left to fail at, but may be about to say so. */
function failureIsMissing({ foreseen }: SettleOptions, failure: string | undefined): Missing | undefined {
  if (foreseen === undefined || failure !== undefined) return undefined;
  return { text: `the ${foreseen.connector} has not failed`, position: "no failure", patienceMs: 10_000 };
}

/** A worker that does not answer may be busy. */
async function seenFailure({ clients, spec, foreseen }: SettleOptions): Promise<string | undefined> {
  if (foreseen === undefined) return undefined;
  const name = foreseen.connector === "source" ? spec.names.sourceConnector : spec.names.sinkConnector;
  return failedAsForeseen(foreseen, { connect: clients.connect, name }).catch(() => undefined);
}

function missingInTopics({ recorder, sentinels }: SettleOptions): Missing | undefined {
  const missing = sentinels.filter(({ table, key }) => !recorder.has(table, keyText(key)));
  if (missing.length === 0) return undefined;
  const tables = missing.map(({ table }) => table).join(", ");
  return { text: `the last row of ${tables} is not in its topic`, position: `topics ${recorder.records()} ${tables}` };
}

async function missingInGroup({ clients, spec, recorder }: SettleOptions): Promise<Missing | undefined> {
  const committed = await clients.kafka.groupOffsets(spec.names.sinkGroup);
  const behind: string[] = [];
  let records = 0;
  for (const [topic, ends] of recorder.recordEnds()) {
    for (const [partition, end] of ends) {
      const at = committed.get(topic)?.get(partition) ?? -1n;
      if (at >= end) continue;
      behind.push(`${topic}/${partition} at ${at} of ${end}`);
      records += Number(end - at);
    }
  }
  if (behind.length === 0) return undefined;
  return {
    text: `the sink's group is behind: ${behind.slice(0, 3).join(", ")}`,
    position: `group ${behind.join(" ")}`,
    behind: records,
  };
}

/** The group's offsets and the announcements are one transaction; the log has to have read as far to know of them. */
async function missingInControlLog({ clients, spec, control }: SettleOptions): Promise<Missing | undefined> {
  const end = (await clients.kafka.endOffsets(spec.names.controlTopic)).get(0) ?? 0n;
  const readTo = control.readTo();
  return readTo >= end
    ? undefined
    : { text: `the control topic is read to ${readTo} of ${end}`, position: `control ${readTo}` };
}

async function missingInTables({ clients, spec, control }: SettleOptions): Promise<Missing | undefined> {
  const behind = await committedBehind({ announced: control.announced(), catalog: clients.catalog, spec });
  if (behind.length === 0) return undefined;
  return { text: `not committed yet: ${behind.join(", ")}`, position: `tables ${behind.join(" ")}` };
}

/** A FAILED task never gets there: its own error says more than a time-out. A worker that does not answer may be busy. */
async function failIfFailed({ clients, spec, logFiles }: SettleOptions): Promise<void> {
  const statuses = await Promise.allSettled([
    clients.connect.source.status(spec.names.sourceConnector),
    clients.connect.sink.status(spec.names.sinkConnector),
  ]);
  for (const status of statuses) {
    const failure = status.status === "fulfilled" ? failureOf(status.value, logFiles) : undefined;
    if (failure !== undefined) throw failure;
  }
}
