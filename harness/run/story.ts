import { join } from "node:path";
import type { Bell } from "#core/bell.ts";
import { monotonicMs } from "#core/clock.ts";
import { deadlineIn } from "#core/deadline.ts";
import type { ExpectedFailure } from "#core/expectation.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import type { Scope } from "#core/scope.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { openLake, type Pipeline, removePipeline, startPipeline } from "#pipeline";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { loadReader } from "#stages/kafka/reader.ts";
import type { Stack } from "../stack.ts";
import { act } from "./act.ts";
import type { FaultContext } from "./context.ts";
import type { ControlLog } from "./control-log.ts";
import { writeConfigurations } from "./evidence.ts";
import { notBitten, startFaults } from "./fault-plan.ts";
import type { RunParts } from "./find-parts.ts";
import { writeJson } from "./folder.ts";
import { foreseenFailure } from "./foreseen.ts";
import { type Ground, layGround } from "./ground.ts";
import type { Happenings } from "./happenings.ts";
import { judgeRun } from "./judge.ts";
import type { Ledger } from "./ledger.ts";
import { type Moments, makeMoments } from "./moments.ts";
import type { Monitor } from "./monitor.ts";
import { pipelineSpec } from "./plan.ts";
import type { TopicRecorder } from "./recorder.ts";
import { openRecording, type Recording } from "./recording.ts";
import type { Run } from "./runner.ts";
import { writeSentinels } from "./sentinels.ts";
import { onFreePorts } from "./session.ts";
import { type Settled, settle } from "./settle.ts";
import { awaitSnapshot, topicEnds } from "./snapshot.ts";
import { watch } from "./watch.ts";

/** What a run came to, without what the runner knows itself. */
export type Ending = Pick<RunVerdict, "verdict" | "checks" | "recoverMs" | "measured" | "error">;

/** The run itself, in the order in which it happens: start and seed, connect, act under faults, heal, settle, check. */
export async function tellStory(run: Run, parts: RunParts): Promise<Ending> {
  const { request, clock, history, scope, folder } = run;
  const { scenario } = request;
  const spec = pipelineSpec(run);
  // Both take a while, which nobody has to wait for while the servers start.
  void loadReader();
  const opening = openDuckdb({
    extensionsFolder: parts.duckdbExtensions.folder,
    memoryLimit: "1GB",
    spillFolder: folder.file("spill"),
  });
  const attempt = (inner: Scope) => layGround({ run, parts, spec, scope: inner });
  const ground = await onFreePorts({ scope, history, attempt });
  await writeJson(folder.file("pipeline.json"), spec);
  const recording = await openRecording({ run, ground, spec });
  const { ledger, happenings } = recording;
  const foreseen = foreseenFailure(scenario, parts.versions);
  const pipeline = await clock.step("connectors running", () => startConnectors(run, ground, spec));
  const monitor = await watch({ run, ground, pipeline, recording });
  const moments = makeMoments(happenings);
  const context = contextOf({ run, ground, pipeline, ledger, happenings, moments, monitor, parts });
  const faults = startFaults({ faults: scenario.faults ?? [], context, moments });
  await Promise.race([passSnapshot({ run, ground, context, recording }), faults.broken]);
  const afterSnapshot = recording.snapshot === undefined ? await topicEnds(context) : undefined;
  const live = request.recordTopics === "afterwards" ? undefined : await topicsOf(recording, afterSnapshot);

  await clock.phase("act", () => act({ ...request, context, moments, faults }));
  const recorder = live ?? (await topicsOf(recording));
  const settled = await clock.phase("settle", () =>
    settleRun({ run, context, ...recording, recorder, logFiles: logFiles(ground), foreseen }),
  );
  const recoverMs = faults.recoverMs(monotonicMs());
  await faults.strikeSettled();
  await faults.healAll();
  const unproved = await faults.unproved();
  if (unproved.length > 0) throw notBitten(unproved);
  const evidence = recording.evidence(recorder);
  // Takes as long as the checks do. What goes wrong with it is told when the scope ends.
  void Promise.allSettled([recording.end(recorder), ground.stopInherited()]);
  const ending = await clock.phase("check", async () =>
    judgeRun({
      scenario,
      context,
      versions: parts.versions,
      recorder,
      folder,
      evidence,
      duckdb: await opening,
      settled,
      foreseen,
      announced: { operations: ledger.operations(), ...(await faults.announced()) },
      blows: faults.blows(),
      recoverMs,
    }),
  );
  return {
    ...ending,
    ...(recoverMs === undefined ? {} : { recoverMs }),
    measured: measured({ ground, ledger, recorder }),
  };
}

async function startConnectors(run: Run, { session, clients }: Ground, spec: PipelineSpec): Promise<Pipeline> {
  const { scenario, examine } = run.request;
  const { stack, logs } = session;
  // Others go on using a shared stack: the connectors of a run that is over would read on for nobody.
  if (session.shared === true) await run.scope.defer("the pipeline", () => removePipeline({ stack, clients, spec }));
  return startPipeline({
    stack,
    clients,
    spec,
    overrides: { source: scenario.pipeline?.source ?? {}, sink: scenario.pipeline?.sink ?? {} },
    given: scenario.pipeline?.given,
    onConfigured: async ({ source, sink }) => {
      await writeConfigurations(run, { source, sink }, [
        ...secretsOf(stack),
        ...(scenario.pipeline?.given?.secrets ?? []),
      ]);
      const { connect } = clients;
      await examine?.({
        source: { connect: connect.source, config: source },
        sink: { connect: connect.sink, config: sink },
      });
    },
    logFiles: workerLogs(stack, logs),
  });
}

interface Opening {
  readonly run: Run;
  readonly ground: Ground;
  readonly pipeline: Pipeline;
  readonly ledger: Ledger;
  readonly happenings: Happenings;
  readonly moments: Moments;
  readonly monitor: Monitor;
  readonly parts: RunParts;
}

function contextOf({ run, ground, parts, ...rest }: Opening): FaultContext {
  const { stack } = ground.session;
  const { clients, seededAt } = ground;
  const changeLake: FaultContext["changeLake"] = async (change) => {
    const duckdb = await openDuckdb({ extensionsFolder: parts.duckdbExtensions.folder });
    using lake = await openLake({ stack, spec: rest.pipeline.spec, duckdb, writable: true });
    await change(lake);
  };
  const { seed } = run.request;
  return {
    seed,
    stack,
    server: (name) => stack.up(name),
    clients,
    seededAt,
    history: run.history,
    changeLake,
    ...rest,
  };
}

/** The recorder that reads the snapshot already, or one that begins here. */
async function topicsOf(
  recording: Recording,
  from: ReadonlyMap<string, PartitionOffsets> = new Map(),
): Promise<TopicRecorder> {
  return recording.snapshot ?? recording.readTopics(from);
}

interface Passing {
  readonly run: Run;
  readonly ground: Ground;
  readonly context: FaultContext;
  readonly recording: Recording;
}

async function passSnapshot({ run, ground, context, recording }: Passing): Promise<void> {
  const { seededRows: rows } = ground;
  // A slow machine brings 3,000 rows a second through; the deadline is for a connector that hangs.
  const deadline = deadlineIn(60_000 + rows / 3);
  const { snapshot: recorder, bell } = recording;
  const waiting = { ...context, deadline, logFiles: logFiles(ground), rows, recorder, bell };
  await run.clock.step("snapshot passed", () => awaitSnapshot(waiting));
}

interface Settling {
  readonly run: Run;
  readonly context: FaultContext;
  readonly recorder: TopicRecorder;
  readonly control: ControlLog;
  readonly bell: Bell;
  readonly logFiles: readonly string[];
  readonly foreseen: ExpectedFailure | undefined;
}

async function settleRun({ run, context, ...watched }: Settling): Promise<Settled> {
  const { scenario, profile } = run.request;
  const sentinels = await writeSentinels({ scenario, context });
  return settle({
    ...context,
    ...watched,
    spec: context.pipeline.spec,
    sentinels,
    deadline: deadlineIn(scenario.settleWithinMs ?? 120_000),
    // Longer than what a member that died, or one that no longer polls, can hold up the others for: docs/cases.md.
    stillMs: profile === "fast" ? 25_000 : 90_000,
  });
}

function measured({
  ground,
  ledger,
  recorder,
}: {
  ground: Ground;
  ledger: Ledger;
  recorder: TopicRecorder;
}): Readonly<Record<string, number>> {
  return { seededRows: ground.seededRows, operations: ledger.operations(), topicRecords: recorder.records() };
}

function logFiles({ session }: Ground): string[] {
  return workerLogs(session.stack, session.logs);
}

function workerLogs({ names }: Stack, logs: string): string[] {
  return names.filter((name) => name.startsWith("connect")).map((name) => join(logs, `${name}.log`));
}

function secretsOf({ secrets }: Stack): string[] {
  return [...Object.values(secrets.mysql), ...Object.values(secrets.s3)];
}
