import { environmentError, FloeError, renderError } from "#core/errors.ts";
import type { Source } from "#core/source.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { Found } from "#lint/rule.ts";
import type { Unheard } from "#run/batch.ts";
import { checks } from "#run/checks.ts";
import { type RunRequest, runScenario, type Sending } from "#run/runner.ts";
import { defineScenario, type PipelineOptions, type Scenario } from "#run/scenario.ts";
import { errorWithoutSecrets, secretsIn } from "#validate/hide.ts";
import { type Behaviour, behaviourCheck } from "./behaviour.ts";
import { capturedOf, databaseOf, tablesUnknown } from "./captured.ts";
import { examine, refusal } from "./examine.ts";
import { givenPipeline, unwrapOf } from "./given.ts";
import { obstaclesOf } from "./obstacles.ts";
import type { Pair } from "./pairs.ts";
import { seededRows } from "./schema/rows.ts";
import { addingColumn } from "./schema-change.ts";
import { type Mapped, transplant } from "./transplant.ts";

/** What a run of a user's pipeline came to. */
export interface Rehearsed {
  readonly name: string;
  /** The source's. */
  readonly file: string;
  /** What was changed in its configurations. */
  readonly mapped: readonly Mapped[];
  /** What a reader of the outcome has to know. */
  readonly notes: readonly string[];
  /** Why it was not run; empty when it was. */
  readonly notTried: readonly string[];
  /** That Connect would not take a configuration. */
  readonly rejected: readonly string[];
  /** What it said of one, at its lines. */
  readonly findings: readonly Found[];
  readonly verdict: RunVerdict | undefined;
  readonly folder: string | undefined;
  readonly behaviour: Behaviour | undefined;
}

export interface RehearseOptions {
  readonly pair: Pair;
  /** Makes the tables anew for each run; not asked of a pipeline that cannot be run. */
  readonly source?: (() => Source | undefined) | undefined;
  /** What a reader has to know of the source. */
  readonly sourceNotes?: readonly string[] | undefined;
  /** How the stack is to be run: all but the scenario. */
  readonly request: Omit<Unheard, "file" | "scenario" | "rerun">;
  readonly rerun: string;
  readonly listen: RunRequest["listen"];
}

/** Operations of a rehearsal, of one writer: two runs of a seed write the same in the same order. */
const operations = 200;

/** Runs a pair for real on a stack of its own, and judges it by the oracle as any other run. */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const { pair, request } = options;
  const transplanted = transplant(pair);
  const told = {
    name: pair.name,
    file: pair.source.document.file,
    mapped: transplanted.mapped,
    notes: [],
    ...nothingRan,
  };
  const obstacles = obstaclesOf(pair, { plugins: request.plugin });
  if (obstacles.length > 0) return { ...told, notTried: obstacles };
  const found = databaseOf(pair.source);
  if ("unknown" in found) return { ...told, notTried: [found.unknown] };
  const source = options.source?.();
  if (source === undefined) throw tablesUnknown([pair.source]);
  const all = source.tables;
  const captured = capturedOf(pair.source, found.database, all);
  const given = givenPipeline(pair, { transplanted, captured, all });
  if ("unknown" in given) return { ...told, notTried: [given.unknown] };
  const planned = { ...given, notes: [...(options.sourceNotes ?? []), ...given.notes, ...shapeNotes(pair)] };
  const ran = await run({ ...options, source, pipeline: planned.pipeline, mapped: transplanted.mapped });
  return { ...told, ...ran, notes: planned.notes };
}

type Ran = Pick<Rehearsed, "notTried" | "rejected" | "findings" | "verdict" | "folder" | "behaviour">;

const nothingRan: Ran = {
  notTried: [],
  rejected: [],
  findings: [],
  verdict: undefined,
  folder: undefined,
  behaviour: undefined,
};

async function run(options: Running): Promise<Ran> {
  const { pair, request, rerun, listen, mapped } = options;
  // Of a preview that was interrupted, the other side is not begun.
  if (request.signal.aborted)
    throw environmentError({ code: "INTERRUPTED", what: "the check was interrupted", remedy: rerun });
  let behaviour: Behaviour | undefined;
  const scenario = await scenarioOf(options, (seen) => (behaviour = seen));
  const file = { name: `check/${pair.name}`, path: pair.source.document.file };
  let findings: readonly Found[] = [];
  const askConnect = async (sending: Sending) => {
    findings = await examine({ pair, mapped, sending });
    const refused = refusal(findings);
    if (refused !== undefined) throw refused;
  };
  try {
    const { verdict, folder } = await runScenario({ ...request, file, scenario, rerun, listen, examine: askConnect });
    return { ...nothingRan, verdict, folder, behaviour };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    if (error.code === "CONNECTOR_NOT_TRIED") return { ...nothingRan, findings, notTried: [error.message] };
    if (!ofConfiguration.includes(error.code)) throw error;
    // It repeats values, where nobody wanted its findings.
    const hidden = errorWithoutSecrets(error, secretsIn(pair.pipeline.views));
    return { ...nothingRan, findings, rejected: renderError(hidden) };
  }
}

/** What Connect says to a configuration that it does not take. */
const ofConfiguration = ["CONNECTOR_REJECTED", "CONNECT_REFUSED"];

interface Running extends Omit<RehearseOptions, "source"> {
  readonly source: Source;
  readonly pipeline: PipelineOptions;
  readonly mapped: readonly Mapped[];
}

async function scenarioOf(
  { pair, source, request, pipeline }: Running,
  onSeen: (seen: Behaviour) => void,
): Promise<Scenario> {
  const table = pipeline.projection?.includeTables?.at(-1) ?? "";
  const skipped = leavesSnapshotOut(pair) ? await rowsBefore(source, request.seed) : 0;
  return defineScenario({
    story: `${pair.source.document.file} and ${pair.sink.document.file}, with what is of production replaced by the stack's own.`,
    source: addingColumn(source, { table, beforeTransaction: 30 }),
    workload: mixed({ writers: 1, operations }),
    pipeline,
    checks: [
      ...(tellsOperations(pair) ? [checks.changelog()] : []),
      checks.currentState(),
      checks.files(),
      checks.positions(),
      behaviourCheck(onSeen),
    ],
    ...(skipped === 0 ? {} : { expect: { lost: { atMost: skipped } } }),
  });
}

/** Records that a source unwraps say which operation they tell only when it adds the fields for it. */
function tellsOperations({ source }: Pair): boolean {
  const unwrap = unwrapOf(source);
  const added = unwrap?.text("add.fields") ?? "";
  return unwrap === undefined || (/\bop\b/.test(added) && /gtid/.test(added));
}

function leavesSnapshotOut({ source }: Pair): boolean {
  return /^(no_data|schema_only|never|schema_only_recovery|recovery)$/.test(source.text("snapshot.mode") ?? "");
}

function shapeNotes(pair: Pair): string[] {
  return [
    ...(tellsOperations(pair)
      ? []
      : [
          "the source's records say neither op nor GTID: what became of each operation is not judged, the rows in the end are",
        ]),
    ...(leavesSnapshotOut(pair)
      ? [
          `snapshot.mode ${pair.source.text("snapshot.mode")}: rows that were there before are left out on purpose, and are no loss`,
        ]
      : []),
  ];
}

/** Rows that are in MySQL before the workload; at most, where the source has yet to learn its tables. */
async function rowsBefore(source: Source, seed: number): Promise<number> {
  if (source.learn !== undefined) return source.tables.length * seededRows;
  let count = 0;
  for (const step of source.seed(seed)) {
    if (step.kind === "rows") for (const _ of step.rows) count++;
    else for await (const statement of step.statements) if (/^\s*INSERT/i.test(statement)) count++;
  }
  return count;
}
