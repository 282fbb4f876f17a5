import { behind } from "#checks/behind.ts";
import { runCheck, verdictOf } from "#checks/check.ts";
import type { EvidenceFiles } from "#checks/evidence.ts";
import { deliveredSinceFlush } from "#checks/flush.ts";
import type { GivenInputs } from "#checks/inputs.ts";
import { judge as judgeChecks } from "#checks/judge.ts";
import { prepare } from "#checks/prepare.ts";
import { attachedMysql } from "#checks/source-view.ts";
import type { ExpectedFailure } from "#core/expectation.ts";
import type { Anomaly, CheckVerdict } from "#core/verdict.ts";
import type { VersionSet } from "#core/versions.ts";
import { openLake, openMysql } from "#pipeline";
import { mysqlCatalog } from "#stages/duckdb/attach.ts";
import type { Duckdb, LakeQuery } from "#stages/duckdb/client.ts";
import { describeTables } from "#stages/mysql/tables.ts";
import { everyCheck } from "./checks.ts";
import type { FaultContext } from "./context.ts";
import type { RunFolder } from "./folder.ts";
import { connectorsCheck } from "./foreseen.ts";
import { type Gathered, gather } from "./gather.ts";
import { keepEvidence } from "./keep-evidence.ts";
import type { TopicRecorder } from "./recorder.ts";
import type { Scenario } from "./scenario.ts";
import { readAgain } from "./second-reader.ts";
import type { Settled } from "./settle.ts";
import type { Ending } from "./story.ts";

export interface JudgeRunOptions {
  readonly scenario: Scenario;
  readonly context: FaultContext;
  readonly versions: VersionSet;
  readonly recorder: TopicRecorder;
  /** What was written while the run went on. */
  readonly evidence: EvidenceFiles;
  readonly folder: RunFolder;
  readonly duckdb: Duckdb;
  readonly settled: Settled;
  /** The failure that the scenario was to end in. */
  readonly foreseen: ExpectedFailure | undefined;
  readonly announced: Readonly<Record<string, number>>;
  /** When something stopped the flow, on the wall's clock. */
  readonly blows: readonly number[];
  readonly recoverMs: number | undefined;
}

/** Runs the checks over what MySQL, the topics and the lake hold now, and holds them against the expectation. */
export async function judgeRun(options: JudgeRunOptions): Promise<Ending> {
  const { scenario, context, versions, recorder, evidence, folder, duckdb, foreseen, settled } = options;
  const { stack, pipeline } = context;
  const [gathered, opened] = await Promise.all([
    gather({ context, folder }),
    openLake({ stack, spec: pipeline.spec, duckdb }),
  ]);
  using lake = opened;
  const told = await inputsOf({ context, lake, recorder, gathered });
  const { inputs, troubles } = await runCheck(prepare(told, { ...evidence, ...gathered.files }), lake.rows);
  for (const { table, trouble } of troubles)
    context.history.append({ type: "note", text: `${table} was read from its data files: ${trouble}` });
  const checks: CheckVerdict[] = [];
  for (const check of scenario.checks ?? everyCheck) {
    const verdict = await verdictOf({ name: check.name, check: check(inputs) }, lake.rows);
    context.history.append({ type: "check", check: verdict });
    checks.push(verdict);
  }
  const wrong = checks.some(({ anomalies }) => anomalies.length > 0);
  const read = wrong ? await readAgain({ checks, inputs, lake, context, folder }) : checks;
  await keepEvidence({ lake, folder });
  const { expect = {}, known = [] } = scenario;
  const failed = settled.failure === undefined ? undefined : foreseen?.connector;
  const keptBack = failed === undefined ? {} : { behind: await runCheck(behind(inputs, failed), lake.rows) };
  const judgement = judgeChecks({
    checks: [...read, ...connectorsCheck(foreseen, settled.failure), ...liveness(options, checks)],
    expect,
    known,
    versions,
    announced: { ...options.announced, ...keptBack },
    sinceLastOffsetFlush: await runCheck(deliveredSinceFlush(options.blows), lake.rows),
  });
  for (const text of judgement.notes) context.history.append({ type: "note", text });
  return { verdict: judgement.verdict, checks: judgement.checks };
}

interface Inputs {
  readonly context: FaultContext;
  readonly lake: LakeQuery;
  readonly recorder: TopicRecorder;
  readonly gathered: Gathered;
}

async function inputsOf({ context, lake, recorder, gathered }: Inputs): Promise<GivenInputs> {
  const { stack, pipeline } = context;
  const { database } = pipeline.spec.names;
  await using mysql = await openMysql(stack);
  const captured = new Set(pipeline.spec.tables);
  return {
    pipeline: pipeline.spec,
    tables: (await describeTables(mysql, database)).filter(({ name }) => captured.has(name)),
    lake: (table) => (gathered.tables.has(table) ? lake.relation(table) : undefined),
    lakeTellsFiles: true,
    manifestLists: gathered.manifestLists,
    droppedColumns: gathered.droppedColumns,
    source: attachedMysql(mysqlCatalog),
    recordedFrom: recorder.from,
  };
}

/** Rows that never arrived, or arrived too late, though nothing that is there is wrong. */
function liveness({ scenario, settled, recoverMs }: JudgeRunOptions, checks: readonly CheckVerdict[]): CheckVerdict[] {
  const within = scenario.expect?.recoverWithinMs;
  const late = within !== undefined && recoverMs !== undefined && recoverMs > within;
  const found = checks.some(({ anomalies }) => anomalies.length > 0);
  const anomalies: Anomaly[] = [
    ...(settled.missing === undefined || found ? [] : [neverCommitted(settled.missing)]),
    ...(late
      ? [neverCommitted(`rows flowed again after ${Math.round(recoverMs)} ms, expected within ${within} ms`)]
      : []),
  ];
  const note = settled.missing ?? (settled.failure === undefined ? "all positions agree" : "all the others agree");
  return [{ name: "settled", verdict: anomalies.length === 0 ? "valid" : "invalid", anomalies, note }];
}

function neverCommitted(evidence: string): Anomaly {
  return {
    class: "never-committed",
    hop: "object-store->catalog",
    table: "all",
    key: "",
    count: 1,
    evidence: [evidence],
  };
}
