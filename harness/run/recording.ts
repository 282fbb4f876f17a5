import type { EvidenceFiles } from "#checks/evidence.ts";
import { type Bell, makeBell } from "#core/bell.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import type { SnapshotNote } from "#stages/debezium/signals.ts";
import { type ControlLog, openControlLog } from "./control-log.ts";
import type { Ground } from "./ground.ts";
import { type Happenings, makeHappenings } from "./happenings.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { controlListener, offsetListener, watchRequests } from "./listen.ts";
import { openNotificationLog } from "./notification-log.ts";
import { openPositions } from "./positions.ts";
import { openRecorder, type TopicRecorder } from "./recorder.ts";
import type { Run } from "./runner.ts";
import { eventsAwaited } from "./scenario.ts";

/** What is written down while a run goes on, because it would vanish. */
export interface Recording {
  readonly ledger: Ledger;
  readonly control: ControlLog;
  /** Rung when a topic has brought something. */
  readonly bell: Bell;
  /** What moments wait for. */
  readonly happenings: Happenings;
  /** The topics from their first record on; undefined where the initial snapshot is too large to look for each row. */
  readonly snapshot: TopicRecorder | undefined;
  /** Reads the topics from an offset of each partition on. */
  readTopics(from: ReadonlyMap<string, PartitionOffsets>): Promise<TopicRecorder>;
  /** What the checks are to be given of it. Throws what kept a part of it from being read on. */
  evidence(topics: TopicRecorder): EvidenceFiles;
  /** Reads no further. The scope does so, too. */
  end(topics: TopicRecorder): Promise<void>;
}

/** Up to so many rows of a snapshot are read from the topics and looked for one by one; beyond, they are judged by state. */
const readSnapshotUpTo = 100_000;

/** Opens everything that is recorded, before the connectors do anything. The run's scope owns it. */
export async function openRecording({ run, ground, spec }: RecordingOptions): Promise<Recording> {
  const { scope, folder, request } = run;
  const { clients, seededRows } = ground;
  const { kafka } = clients;
  const file = (stage: string) => folder.file(`stages/${stage}.jsonl`);
  const bell = makeBell();
  const ledger = await scope.own("ledger", openLedger(file("ledger")));
  const happenings = makeHappenings();
  const awaited = eventsAwaited(request.scenario);
  const control = await scope.own(
    "control log",
    openControlLog({
      kafka,
      spec,
      bell,
      file: file("control"),
      onEvent: controlListener({ awaited, kafka, happenings }),
    }),
  );
  const positions = await scope.own(
    "position log",
    openPositions({
      clients,
      spec,
      file: file("positions"),
      everyMs: 500,
      onSourceOffset: offsetListener({ awaited, ledger, happenings }),
      onStates: (end, states) => happenings.note({ kind: "connector", end, states }),
    }),
  );
  const onNote = (note: SnapshotNote) => happenings.note({ kind: "snapshot", note });
  const notifications = spec.signals
    ? [await scope.own("notification log", openNotificationLog({ kafka, spec, file: file("notifications"), onNote }))]
    : [];
  for (const event of awaited)
    if ("link" in event) await scope.own(`requests on ${event.link}`, watchRequests({ ground, event, happenings }));
  const readTopics = (from: ReadonlyMap<string, PartitionOffsets>) =>
    scope.own("recorder", openRecorder({ kafka, spec, bell, from, file: file("topics") }));
  const readsSnapshot = request.recordTopics !== "afterwards" && seededRows <= readSnapshotUpTo;
  return {
    ledger,
    control,
    bell,
    happenings,
    snapshot: readsSnapshot ? await readTopics(new Map()) : undefined,
    readTopics,
    evidence: (topics) => {
      for (const recorded of [topics, control, positions, ...notifications]) recorded.check();
      return { ledger: ledger.file, topics: topics.file, control: control.file, positions: positions.file };
    },
    end: async (topics) => {
      await Promise.all([topics, control, positions, ...notifications].map((reader) => reader[Symbol.asyncDispose]()));
    },
  };
}

export interface RecordingOptions {
  readonly run: Run;
  readonly ground: Ground;
  readonly spec: PipelineSpec;
}
