import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { capturedTables, topicOf } from "#core/pipeline-spec.ts";
import { openMysql } from "#pipeline";
import { awaitOutcome, failedTrace, rootCause } from "#stages/connect/progress.ts";
import { sourcePosition } from "#stages/debezium/progress.ts";
import { gtidSubset, mysqlProgress } from "#stages/mysql/progress.ts";
import type { FaultContext } from "../context.ts";
import { type End, endOf, sessions } from "../sessions.ts";

interface Renewing {
  readonly context: FaultContext;
  readonly end: End;
  /** The sessions before. */
  readonly before: ReadonlySet<string>;
}

/** Waits for a connector's new sessions, or its failure; undefined when neither came. */
export async function renewed({ context, end, before }: Renewing): Promise<string | undefined> {
  const { connect, name } = endOf(context, end);
  const deadline = deadlineIn(20_000);
  return poll({
    what: `new sessions of the ${end}`,
    deadline,
    everyMs: 100,
    look: async () => {
      const trace = failedTrace(await connect.status(name));
      if (trace !== undefined) return seen(`${name} failed: ${rootCause(trace)}`);
      const fresh = [...(await sessions(context, end))].filter((id) => !before.has(id));
      if (fresh.length > 0) return seen(`${name} has new sessions: ${fresh.join(", ")}`);
      return deadline.remainingMs() > 0 ? notYet("the old ones") : seen(undefined);
    },
  });
}

/** Waits until the sink's group has an offset in each topic that has records: its first reading is behind it then. */
export async function takenUp({ clients, pipeline: { spec } }: FaultContext): Promise<void> {
  const topics = capturedTables(spec).map((table) => topicOf(spec, table));
  await poll({
    what: `the sink's group ${spec.names.sinkGroup} to have offsets in each topic`,
    deadline: deadlineIn(60_000),
    everyMs: 200,
    look: async () => {
      const committed = await clients.kafka.groupOffsets(spec.names.sinkGroup);
      const ends = await Promise.all(topics.map((topic) => clients.kafka.endOffsets(topic)));
      const untaken = topics.filter(
        (topic, at) => [...(ends[at]?.values() ?? [])].some((end) => end > 0n) && !committed.has(topic),
      );
      return untaken.length === 0 ? seen(undefined) : notYet(`none in ${untaken.join(", ")}`);
    },
  });
}

interface Resuming {
  readonly context: FaultContext;
  readonly end: End;
  /** Also waits until the source's stored offset has all that MySQL had committed by then. */
  readonly caughtUp?: boolean;
}

/** Resumes a connector, and waits until it runs or has failed. */
export async function resumed({ context, end, caughtUp = false }: Resuming): Promise<void> {
  const { connect, name } = endOf(context, end);
  await connect.resume(name);
  await awaitOutcome({ connect, connector: name, deadline: deadlineIn(60_000), logFiles: [] });
  if (caughtUp && end === "source") await passed(context);
}

async function passed(context: FaultContext): Promise<void> {
  const { connect, name } = endOf(context, "source");
  await using mysql = await openMysql(context.stack);
  const { gtidExecuted: part } = await mysqlProgress(mysql);
  await poll({
    what: `${name} to have passed ${part}`,
    deadline: deadlineIn(60_000),
    everyMs: 500,
    look: async () => {
      if (failedTrace(await connect.status(name)) !== undefined) return seen(undefined);
      const whole = sourcePosition(await connect.offsets(name))?.gtids ?? "";
      return (await gtidSubset(mysql, { part, whole })) ? seen(undefined) : notYet(whole);
    },
  });
}
