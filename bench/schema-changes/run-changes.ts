import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { Scope } from "#core/scope.ts";
import type { TableChange } from "#fixtures/schema-changes/change.ts";
import { openMysql } from "#pipeline";
import { type Arrived, arrived, inTopics } from "./arrive.ts";
import { type Capture, type Evolve, openCapture, type Place, runIn, type Timing, writeMark } from "./capture.ts";
import { gateOf, startSinks, startSource } from "./connectors.ts";
import { type LakeTables, lakeTables, type TopicSeen, topicsSeen } from "./look.ts";
import type { Bare } from "./open-stack.ts";
import { type Compared, compareRows, openLake } from "./rows.ts";

/** What became of a change at each stage. */
export interface Outcome {
  readonly change: TableChange;
  readonly timing: Timing;
  /** By table. */
  readonly topics: { readonly before: Topics; readonly after: Topics };
  /** The root cause of the source's failure. */
  readonly sourceFailed: string | undefined;
  readonly lakes: Readonly<Record<Evolve, LakeOutcome>>;
}

export interface LakeOutcome extends Compared {
  readonly before: LakeTables;
  readonly after: LakeTables;
  /** The root cause of the sink's failure. */
  readonly sinkFailed: string | undefined;
}

type Topics = ReadonlyMap<string, TopicSeen>;

export interface Together {
  readonly changes: readonly TableChange[];
  readonly timing: Timing;
}

/** Runs changes on a stack that is up, with a source and two sinks of their own, and looks when all has arrived. */
export async function runChanges(bare: Bare, { changes, timing }: Together): Promise<readonly Outcome[]> {
  await using scope = new Scope(`changes ${timing}`);
  const { clients } = bare;
  const capture = await openCapture(bare, { scope, changes, timing });
  const starting = { scope, capture };
  if (timing === "before") await makeChanges(capture);
  if (timing === "during") await changeAtGate(bare, starting);
  else await startSource(bare, starting);

  await writeMark(capture, 1);
  const failed = await inTopics(clients, capture, 1);
  if (failed === undefined) await startSinks(bare, starting);
  const early = timing === "during" ? nothing : await arrived(clients, capture, 1);
  const before = await look(bare, { capture, arrived: early });
  if (timing === "streaming") await makeChanges(capture);
  for (const place of capture.changes) await runIn(capture, place, ["BEGIN", ...place.change.after, "COMMIT"]);
  await writeMark(capture, 2);
  const late = await arrived(clients, capture, 2);
  const after = await look(bare, { capture, arrived: late });
  return await told(bare, { capture, before, after, late });
}

const nothing: Arrived = { records: new Map(), failures: { source: undefined, on: undefined, off: undefined } };

async function makeChanges(capture: Capture): Promise<void> {
  for (const place of capture.changes) await runIn(capture, place, place.change.change);
}

/** Holds the snapshot up between its beginning and its first look at the tables, and changes them meanwhile. */
async function changeAtGate(
  bare: Bare,
  { scope, capture }: { readonly scope: Scope; readonly capture: Capture },
): Promise<void> {
  const gate = gateOf(capture);
  await using keeper = await openMysql(bare.stack);
  await keeper.query("SELECT GET_LOCK(?, 0) AS held", [gate]);
  await startSource(bare, { scope, capture });
  await poll({
    what: `the snapshot to stand at ${gate}`,
    deadline: deadlineIn(120_000),
    look: async () => {
      const waiting = await keeper.query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE STATE = 'User lock' AND INFO LIKE ?",
        [`%${gate}%`],
      );
      return waiting.length > 0 ? seen(undefined) : notYet("nobody waits for the lock");
    },
  });
  await makeChanges(capture);
  await keeper.query("SELECT RELEASE_LOCK(?) AS released", [gate]);
}

interface Sight {
  readonly topics: Topics;
  readonly tables: Readonly<Record<Evolve, LakeTables>>;
}

/** What there is of each change, in the order of the changes. */
async function look(
  { clients }: Bare,
  { capture, arrived }: { readonly capture: Capture; readonly arrived: Arrived },
): Promise<readonly Sight[]> {
  const sight = async (place: Place) => ({
    topics: topicsSeen(arrived, place),
    tables: { on: await lakeTables(clients, place.sinks.on), off: await lakeTables(clients, place.sinks.off) },
  });
  return Promise.all(capture.changes.map(sight));
}

interface Telling {
  readonly capture: Capture;
  readonly before: readonly Sight[];
  readonly after: readonly Sight[];
  readonly late: Arrived;
}

async function told(bare: Bare, { capture, before, after, late }: Telling): Promise<readonly Outcome[]> {
  using lake = await openLake(bare);
  const outcomes: Outcome[] = [];
  for (const [at, { change, source, sinks }] of capture.changes.entries()) {
    const [old, now] = [before[at], after[at]];
    if (old === undefined || now === undefined) continue;
    const lakeOf = async (evolve: Evolve): Promise<LakeOutcome> => {
      const inLake = [...now.tables[evolve].keys()];
      const names = { database: source.names.database, namespace: sinks[evolve].names.namespace };
      const compared = await compareRows({ mysql: capture.mysql, lake, change, inLake, ...names });
      const sinkFailed = late.failures[evolve];
      return { before: old.tables[evolve], after: now.tables[evolve], sinkFailed, ...compared };
    };
    outcomes.push({
      change,
      timing: capture.timing,
      topics: { before: old.topics, after: now.topics },
      sourceFailed: late.failures.source,
      lakes: { on: await lakeOf("on"), off: await lakeOf("off") },
    });
  }
  return outcomes;
}
