import { deadlineIn, poll, seen } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import { freshUuid } from "#core/random.ts";
import type { RowUpdate } from "#core/source.ts";
import { mysqlLogin, openMysql } from "#pipeline";
import { settleUnknown } from "#stages/mysql/settle.ts";
import { type CommitIdentity, openWriter, type WriterOptions } from "#stages/mysql/writer.ts";
import type { FaultContext } from "./context.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { type Moments, momentText } from "./moments.ts";
import type { Scenario, SchemaChange } from "./scenario.ts";
import { runWriters } from "./writers.ts";

export interface ActOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly context: FaultContext;
  readonly moments: Moments;
  readonly faults: FaultPlan;
  readonly signal: AbortSignal;
}

/** The act: writers write, schema changes and faults come at their moments. All faults are healed when it ends. */
export async function act(options: ActOptions): Promise<void> {
  const { scenario, seed, context, moments, faults, signal } = options;
  const { ledger } = context;
  const updates: RowUpdate[] = [];
  moments.begin();
  const changes = (scenario.schemaChanges ?? []).map((change) => changeSchema({ context, change, moments, updates }));
  // A fault or a DDL that goes wrong ends the act at once: what the writers do from then on proves nothing.
  const wrong = new AbortController();
  const struck = Promise.all([faults.struck, ...changes]).catch((error: unknown) => wrong.abort(error));
  try {
    await runWriters({
      source: scenario.source,
      workload: scenario.workload,
      seed,
      open: () => openWriter(writerOptions(options)),
      settle: (gtid) => settleGtid(context, gtid),
      also: () => updates,
      ledger,
      moments,
      signal: AbortSignal.any([signal, wrong.signal]),
    });
  } finally {
    moments.end();
  }
  await struck;
  wrong.signal.throwIfAborted();
  await faults.healAll();
}

function writerOptions({ scenario, context }: ActOptions): WriterOptions {
  const { stack, pipeline } = context;
  return {
    ...mysqlLogin(stack),
    database: pipeline.spec.names.database,
    identity: commitIdentity(scenario, context),
  };
}

/** A commit whose answer may get lost needs a GTID that was known before. */
function commitIdentity({ faults }: Scenario, { stack }: FaultContext): CommitIdentity {
  if (stack.plan.positions === "file") return { kind: "file-position" };
  const mayBeCut = (faults ?? []).some(
    ({ servers, links }) => servers?.includes("mysql") || links?.includes("harness->mysql"),
  );
  return mayBeCut ? { kind: "chosen-gtid", sourceId: freshUuid() } : { kind: "given-gtid" };
}

/** Settles once MySQL is back. Only the reading is repeated until then. */
async function settleGtid({ stack }: FaultContext, gtid: string): Promise<"committed" | "not-committed"> {
  await using client = await poll({
    what: "MySQL to come back",
    deadline: deadlineIn(60_000),
    look: async () => seen(await openMysql(stack)),
    remedy: "give the fault on MySQL an end",
  });
  return await settleUnknown(client, gtid);
}

interface Changing {
  readonly context: FaultContext;
  readonly change: SchemaChange;
  readonly moments: Moments;
  /** The writers' updates, to which this change adds its own. */
  readonly updates: RowUpdate[];
}

async function changeSchema({ context, change, moments, updates }: Changing): Promise<void> {
  if (!(await moments.reached(change.when))) throw neverCame(change);
  await using client = await openMysql(context.stack, context.pipeline.spec.names.database);
  await client.execute(change.sql);
  context.history.append({ type: "note", text: `schema change: ${change.sql}` });
  if (change.afterwards !== undefined) updates.push(change.afterwards);
}

function neverCame({ sql, when }: SchemaChange): Error {
  return environmentError({
    code: "MOMENT_NEVER_CAME",
    what: `the workload ended before ${momentText(when)}, so this was never run: ${sql}`,
    remedy: "give the workload more operations, or the schema change an earlier moment",
  });
}
