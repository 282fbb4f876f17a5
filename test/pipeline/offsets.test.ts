import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cacheFolder } from "#artifacts/resolve.ts";
import { readPlace } from "#cli/pipeline-place.ts";
import type { Address } from "#core/addresses.ts";
import { wallNowMs } from "#core/clock.ts";
import { deadlineIn, notYet, pause, poll, seen } from "#core/deadline.ts";
import { Scope } from "#core/scope.ts";
import { accounts } from "#fixtures/accounts/accounts.ts";
import { mixed } from "#fixtures/workloads.ts";
import { applyPlan } from "#offsets/apply.ts";
import { type DrawOptions, drawPlan } from "#offsets/draw.ts";
import { nextSteps } from "#offsets/next.ts";
import type { Place } from "#offsets/place.ts";
import { type Plan, writePlan } from "#offsets/plan-file.ts";
import { needed, type Positions } from "#offsets/positions.ts";
import { type Reach, reach } from "#offsets/reach.ts";
import { readPositions } from "#offsets/read.ts";
import { tableOf } from "#offsets/read-sink.ts";
import { resume, standStill, stateOf } from "#offsets/standstill.ts";
import { undoPlan } from "#offsets/undo.ts";
import { ask } from "#run/ask.ts";
import { defineScenario } from "#run/scenario.ts";
import { downStack, listStacks } from "#runtime/stacks.ts";
import { ancestry } from "#stages/iceberg/metadata.ts";
import { expireSnapshots, rollBack } from "#stages/iceberg/surgery.ts";
import { connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { countGtids, parseGtidSet, subtractGtids } from "#stages/mysql/gtid-set.ts";
import { account, runMade } from "./running.ts";

// One kept stack, on which somebody books all the while; positions are moved, put back and moved again.
const state = mkdtempSync(join(tmpdir(), "floe-offsets-"));
const stateDir = join(state, "stacks");
const scope = new Scope("offsets test");
let reached: Reach;
let mysql: MysqlClient;
let database: string;
/** What was committed before anybody booked. */
let before: string;
let beforeMs: number;
let booking: Booking;

beforeAll(async () => {
  const scenario = defineScenario({
    story: "A small bank on a stack that is kept.",
    source: accounts(),
    workload: mixed({ writers: 1, operations: 10 }),
  });
  const told = await runMade(scenario, { stateDir, keep: true });
  expect(told.verdict.verdict, account(told)).toBe("valid");
  process.env["FLOE_STATE"] = state;
  const place = await readPlace({ rest: true });
  reached = await reach(place, scope);
  const positions = await readPositions(reached);
  database = tableOf(needed("the topics", positions.sink).data[0]?.topic ?? "").namespace;
  before = needed("MySQL", positions.mysql).gtidExecuted;
  if (place.mysql === undefined) throw new Error("a kept stack has a MySQL");
  mysql = await scope.own("mysql", await connectMysql({ ...place.mysql, database }));
  beforeMs = wallNowMs();
  booking = book(mysql);
}, 300_000);

afterAll(async () => {
  await booking?.end();
  await scope[Symbol.asyncDispose]();
  for (const { record } of await listStacks({ stateDir })) await downStack({ stateDir, record });
});

test("a plan made while rows flow is refused once they have flowed on, by what has moved, and the source runs on", async () => {
  await bookedMore(20);
  const planFile = await planned({ to: `gtid=${before}`, hop: "all", stop: false });
  await bookedMore(20);
  await settled((positions) => needed("the source", positions.source).offset?.["gtids"] !== before);
  await expect(applyPlan({ reach: reached, planFile, resume: false, stopped: false })).rejects.toMatchObject({
    code: "PLAN_OUT_OF_DATE",
    message: expect.stringContaining("the source's offset"),
  });
  expect(await stateOf(reached, "source")).toBe("RUNNING");
});

test("what is put back before the source has run again is as it was, on a pipeline known by its addresses alone, too", async () => {
  const elsewhere = await reach(await readPlace(addresses(reached.place)), scope);
  const { file: planFile } = await planFor({ to: `gtid=${before}`, hop: "all", stop: true }, elsewhere);
  const was = sourceOf(await readPositions(reached));
  await applyPlan({ reach: elsewhere, planFile, resume: false, stopped: false });
  expect(sourceOf(await readPositions(reached))).not.toEqual(was);
  await undoPlan({ reach: elsewhere, planFile, resume: false, stopped: false });
  expect(sourceOf(await readPositions(reached))).toEqual(was);
  await expect(undoPlan({ reach: elsewhere, planFile, resume: true, stopped: false })).rejects.toMatchObject({
    code: "PLAN_NOT_APPLIED",
  });
});

test("the time before the first booking is the same place as its GTIDs", async () => {
  const { plan } = await planFor({ to: `time=${new Date(beforeMs).toISOString()}`, hop: "all", stop: false });
  expect(plan.moves[0]?.to).toMatchObject({ gtids: before });
});

test("without a REST interface the offset is read from the offsets topic and written there, as Connect then sees it", async () => {
  const config = await reached.connect?.source.config(reached.place.sourceConnector ?? "");
  const names = {
    offsetsTopic: config?.["offsets.storage.topic"],
    schemaHistoryTopic: config?.["schema.history.internal.kafka.topic"],
  };
  const bare = await reach({ ...reached.place, ...names, connect: undefined }, scope);
  const was = needed("the source", (await readPositions(reached)).source);
  expect(needed("the source", (await readPositions(bare)).source).offset).toEqual(was.offset);
  const { file } = await planFor({ to: `gtid=${before}`, hop: "all", stop: false }, bare);
  const options = { reach: bare, planFile: file, resume: false };
  await expect(applyPlan({ ...options, stopped: false })).rejects.toMatchObject({ code: "NOT_STOPPED" });
  await expect(applyPlan({ ...options, resume: true, stopped: true })).rejects.toMatchObject({
    code: "PART_NOT_GIVEN",
  });
  await applyPlan({ ...options, stopped: true });
  expect(needed("the source", (await readPositions(reached)).source).offset).toMatchObject({ gtids: before });
  await undoPlan({ ...options, stopped: true });
  expect(needed("the source", (await readPositions(reached)).source)).toEqual(was);
});

test("a source that goes back loses nothing, and sends again exactly what the plan announced", async () => {
  const { file, plan } = await planFor({ to: `gtid=${before}`, hop: "all", stop: true });
  const announced = plan.twice.reduce((sum, { rows }) => sum + rows, 0);
  expect(announced).toBeGreaterThan(0);
  await applyPlan({ reach: reached, planFile: file, resume: true, stopped: false });
  await bookedMore(20);
  await booking.rest();
  await settled(...allArrived);
  expect(await inLake()).toEqual({ rows: booking.count() + announced, changes: booking.count() });
  // Once more: copies that are in the topics already are not sent twice again.
  const again = await planFor({ to: `gtid=${before}`, hop: "all", stop: true });
  expect(again.plan.twice).toMatchObject([{ table: `${database}.accounts`, rows: booking.count() }]);
  await resume(reached, "source");
  await expect(undoPlan({ reach: reached, planFile: file, resume: false, stopped: false })).rejects.toMatchObject({
    code: "UNDO_TOO_LATE",
  });
});

test("a table that was rolled back gets what it lost, once", async () => {
  const was = await inLake();
  await standStill(reached, "sink", { stopped: false });
  const of = { namespace: database, table: "accounts" };
  const metadata = await reached.catalog?.table(of);
  const line = metadata === undefined ? [] : ancestry(metadata);
  const earlier = line[1]?.id;
  const { catalog } = reached.place;
  if (earlier === undefined || catalog === undefined) throw new Error("the table has a history");
  await rollBack({ ...of, catalog }, earlier);
  const { file, plan } = await planFor({ to: `snapshot=${earlier}`, hop: "all", stop: false });
  expect(plan.twice.map(({ rows }) => rows)).toEqual([0]);
  await applyPlan({ reach: reached, planFile: file, resume: true, stopped: false });
  await settled(...allArrived);
  expect(await inLake()).toEqual(was);
});

test("a sink that goes back, is put back and goes back again writes exactly what the plan announced", async () => {
  const was = await inLake();
  for (const to of [`gtid=${before}`, `time=${new Date(beforeMs).toISOString()}`]) {
    const since = await planFor({ to, hop: "sink", stop: true });
    expect(since.plan.twice, to).toMatchObject([{ table: `${database}.accounts`, rows: was.rows }]);
  }
  const { file, plan } = await planFor({ to: "earliest", hop: "sink", stop: true });
  const groups = groupsOf(await readPositions(reached));
  expect(plan.twice.find(({ table }) => table.endsWith(".accounts"))?.rows).toBe(await rowsIn("accounts"));
  await applyPlan({ reach: reached, planFile: file, resume: false, stopped: false });
  await undoPlan({ reach: reached, planFile: file, resume: false, stopped: false });
  expect(groupsOf(await readPositions(reached))).toEqual(groups);
  await applyPlan({ reach: reached, planFile: file, resume: true, stopped: false });
  await settled(...allArrived);
  expect(await inLake()).toEqual({ rows: was.rows * 2, changes: was.changes });
});

test("a source that goes forward leaves out exactly what the plan says, and nothing else", async () => {
  await standStill(reached, "source", { stopped: false });
  const was = await rowsIn("accounts");
  for (const note of ["passed over 1", "passed over 2", "passed over 3"])
    await mysql.execute("UPDATE accounts SET note = ? WHERE id = 9002", [note]);
  const { gtidExecuted } = needed("MySQL", (await readPositions(reached)).mysql);
  const { file, plan } = await planFor({ to: `gtid=${gtidExecuted}`, hop: "all", stop: false });
  expect(plan.never).toMatchObject([{ table: `${database}.accounts`, records: 3 }]);
  expect(plan.twice).toEqual([]);
  await applyPlan({ reach: reached, planFile: file, resume: true, stopped: false });
  await mysql.execute("UPDATE accounts SET note = 'not passed over' WHERE id = 9002");
  await settled(...allArrived);
  expect(await rowsIn("accounts")).toBe(was + 1);
});

test("records and snapshots that have expired are told, and no plan leads there", async () => {
  const refused = (to: string) => drawPlan({ reach: reached, to, hop: "sink", stop: false });
  const topic = `${database.split("_").at(-1)}.${database}.accounts`;
  await reached.kafka.cutRecords({ topic, below: await reached.kafka.endOffsets(topic) });
  await expect(refused(`gtid=${before}`)).rejects.toMatchObject({ code: "TOPIC_TRIMMED" });
  const { catalog } = reached.place;
  const of = { namespace: database, table: "accounts" };
  const oldest = (await reached.catalog?.table(of))?.snapshots[0]?.id;
  if (oldest === undefined || catalog === undefined) throw new Error("the table has a history");
  await expireSnapshots({ ...of, catalog }, [oldest]);
  await expect(refused(`snapshot=${oldest}`)).rejects.toMatchObject({ code: "SNAPSHOT_GONE" });
});

test("binlogs that are purged while the source stands are told, and no plan leads there", async () => {
  await standStill(reached, "source", { stopped: false });
  await mysql.execute("UPDATE accounts SET note = 'never read' WHERE id = 9002");
  await mysql.execute("FLUSH BINARY LOGS");
  const [status] = await mysql.query("SHOW BINARY LOG STATUS");
  await mysql.execute(`PURGE BINARY LOGS TO '${status?.["File"] ?? ""}'`);
  const [next] = nextSteps(await readPositions(reached));
  expect(next).toMatchObject({ hop: "mysql->debezium", broken: true, text: expect.stringContaining("BINLOG_PURGED") });
  for (const to of [`gtid=${before}`, `time=${new Date(0).toISOString()}`]) {
    await expect(drawPlan({ reach: reached, to, hop: "all", stop: false })).rejects.toMatchObject({
      code: "BINLOG_PURGED",
    });
  }
});

interface Booking {
  count(): number;
  /** Books no more. */
  rest(): Promise<void>;
  end(): Promise<void>;
}

/** Updates one row again and again, each time with another note. */
function book(client: MysqlClient): Booking {
  const ended = new AbortController();
  let count = 0;
  const work = (async () => {
    while (!ended.signal.aborted) {
      await client.execute("UPDATE accounts SET note = ? WHERE id = 9001", [`booked ${count}`]);
      count++;
      await pause(10);
    }
  })();
  const rest = () => {
    ended.abort();
    return work;
  };
  return { count: () => count, rest, end: rest };
}

async function bookedMore(changes: number): Promise<void> {
  const from = booking.count();
  await poll({
    what: `${changes} bookings`,
    deadline: deadlineIn(30_000),
    look: async () => (booking.count() >= from + changes ? seen(undefined) : notYet(`${booking.count() - from}`)),
  });
}

/**
 * Waits for one thing after the other. Positions are read side by side, so one reading may have what the source has sent since it
 * looked at the sink: what comes later on the way is asked of a reading that began later.
 */
async function settled(...stages: ((positions: Positions) => boolean)[]): Promise<void> {
  const deadline = deadlineIn(90_000);
  for (const isThere of stages)
    await poll({
      what: "the pipeline to settle",
      deadline,
      everyMs: 500,
      look: async () => {
        const positions = await readPositions(reached);
        return isThere(positions) ? seen(undefined) : notYet(JSON.stringify(nextSteps(positions)));
      },
    });
}

function allSent(positions: Positions): boolean {
  const { offset } = needed("the source", positions.source);
  const executed = parseGtidSet(needed("MySQL", positions.mysql).gtidExecuted);
  const left = countGtids(subtractGtids(executed, parseGtidSet(String(offset?.["gtids"]))));
  // The last transaction is sent long before it is in the stored set: its events are counted until the next one.
  return left === 0 || (left === 1 && Number(offset?.["event"] ?? 0) > 0);
}

function allRead(positions: Positions): boolean {
  return needed("the sink", positions.sink).data.every(({ waiting }) => waiting === 0);
}

function allCommitted(positions: Positions): boolean {
  return needed("the control topic", positions.control).pending.length === 0;
}

const allArrived = [allSent, allRead, allCommitted];

async function planFor(
  options: Omit<DrawOptions, "reach">,
  by: Reach = reached,
): Promise<{ file: string; plan: Plan }> {
  const plan = await drawPlan({ ...options, reach: by });
  const file = join(mkdtempSync(join(state, "plan-")), "plan.json");
  await writePlan(file, plan);
  return { file, plan };
}

async function planned(options: Omit<DrawOptions, "reach">): Promise<string> {
  return (await planFor(options)).file;
}

/** A pipeline as the command line names one whose servers somebody else has started. */
function addresses({ sourceConnector, sinkConnector, kafka, connect, mysql: login, catalog }: Place) {
  const at = ({ host, port }: Address) => `${host}:${port}`;
  if (connect === undefined || login === undefined || catalog === undefined) throw new Error("a part is missing");
  return {
    rest: true,
    source: sourceConnector,
    sink: sinkConnector,
    kafka: kafka.map(at).join(","),
    connect: `http://${at(connect.source)}`,
    mysql: `mysql://${login.user}:${encodeURIComponent(login.password)}@${at(login.address)}`,
    catalog: `http://${at(catalog)}`,
  };
}

function sourceOf({ source, schemaHistory }: Positions) {
  return { source, schemaHistory };
}

function groupsOf({ sink, control, tables }: Positions) {
  return { sink, control, tables };
}

async function inLake() {
  const [row] = await lake(
    "SELECT count(*) AS rows, count(DISTINCT note) AS changes FROM changelog.accounts WHERE note LIKE 'booked %'",
  );
  return { rows: Number(row?.["rows"]), changes: Number(row?.["changes"]) };
}

async function rowsIn(table: string): Promise<number> {
  const [row] = await lake(`SELECT count(*) AS rows FROM changelog.${table}`);
  return Number(row?.["rows"]);
}

function lake(statement: string) {
  return ask({ statement, stateDir, cacheDir: cacheFolder(process.env) });
}
