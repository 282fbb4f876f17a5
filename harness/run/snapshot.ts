import type { Bell } from "#core/bell.ts";
import { monotonicMs } from "#core/clock.ts";
import { type Deadline, notYet, poll, seen } from "#core/deadline.ts";
import { capturedTables, topicOf } from "#core/pipeline-spec.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import type { Clients, Pipeline } from "#pipeline";
import { failureOf } from "#stages/connect/progress.ts";
import { snapshotPassed } from "#stages/debezium/progress.ts";
import type { TopicRecorder } from "./recorder.ts";

export interface SnapshotOptions {
  readonly clients: Clients;
  readonly pipeline: Pipeline;
  readonly deadline: Deadline;
  readonly logFiles: readonly string[];
  /** Rows that MySQL had when the connector started, and a recorder that reads a small snapshot while it comes in. */
  readonly rows: number;
  readonly recorder: TopicRecorder | undefined;
  readonly bell: Bell;
}

/**
 * Waits until the source connector has its initial snapshot behind it: every row of it is in the topics, or, where they
 * are not read or the configuration leaves some out, the stored offset says so.
 */
export async function awaitSnapshot(options: SnapshotOptions): Promise<void> {
  const { clients, pipeline, deadline, logFiles, recorder, rows, bell } = options;
  const connector = pipeline.spec.names.sourceConnector;
  const arrived = () => recorder !== undefined && recorder.snapshotRecords() >= rows;
  let failure: Error | undefined;
  let askedMs = monotonicMs();
  await poll({
    what: `the initial snapshot of ${connector}`,
    deadline,
    everyMs: 0,
    look: async () => {
      recorder?.check();
      if (arrived()) return seen(undefined);
      await bell.rung(100);
      if (arrived() || monotonicMs() - askedMs < questionsEveryMs) return notYet("rows are missing");
      askedMs = monotonicMs();
      failure = failureOf(await clients.connect.source.status(connector), logFiles);
      const offsets = await clients.connect.source.offsets(connector);
      return snapshotPassed(offsets) ? seen(undefined) : notYet(JSON.stringify(offsets[0]?.offset ?? "no offset yet"));
    },
    hopeless: () => failure,
    evidence: () => logFiles,
  });
}

/** Connect makes a consumer for each question after offsets, which costs the snapshot itself its time. */
const questionsEveryMs = 1_000;

/** Where each data topic ends now. */
export async function topicEnds({
  clients,
  pipeline: { spec },
}: Pick<SnapshotOptions, "clients" | "pipeline">): Promise<ReadonlyMap<string, PartitionOffsets>> {
  const topics = capturedTables(spec).map((table) => topicOf(spec, table));
  return new Map(
    await Promise.all(topics.map(async (topic) => [topic, await clients.kafka.endOffsets(topic)] as const)),
  );
}
