import { afterAll, describe, expect, test } from "vitest";
import type { Fault } from "#run/fault.ts";
import { faults } from "#run/faults.ts";
import type { ScenarioDefinition } from "#run/scenario.ts";
import { account, runMade, type Told } from "../pipeline/running.ts";
import { bank, expectMarks, expectValid, made, sharedStack } from "./planting.ts";

// Several faults a run: each has to leave its own mark, whatever the others do.
const stack = sharedStack();
afterAll(() => stack[Symbol.asyncDispose]());

const { mysql, connect } = faults;
const after = (operations: number) => ({ when: { afterOperations: operations } });

function run(scenario: Partial<ScenarioDefinition>): Promise<Told> {
  return stack.run({ ...bank, ...scenario });
}

describe("each fault leaves its mark", () => {
  test("on MySQL, where the pipeline must bear it", async () => {
    const struck = [
      mysql.rotateBinlogs({ afterOperations: 10 }),
      mysql.killConnections({ of: "debezium", ...after(30) }),
      mysql.errantTransaction({ statements: ["UPDATE branches SET city = 'Errant' WHERE id = 1"], ...after(50) }),
      mysql.sql({ statements: ["UPDATE branches SET city = 'Elsewhere' WHERE id = 2"], ...after(60) }),
      mysql.clock({ bySeconds: -86_400, statements: ["UPDATE branches SET city = 'Past' WHERE id = 4"], ...after(70) }),
      mysql.gtidGap(after(80)),
      mysql.longTransaction({
        statements: ["UPDATE branches SET city = 'Late' WHERE id = 3"],
        forMs: 500,
        ...after(90),
      }),
      mysql.lockTables({ tables: ["accounts"], forMs: 500, ...after(150) }),
      mysql.bigTransaction({
        table: "branches",
        rows: 2_500,
        row: (n) => ({ id: 1_000 + n, city: "New" }),
        ...after(180),
      }),
      mysql.bigRow({ table: "branches", row: { id: 500, city: "Big" }, column: "plan", bytes: 300_000, ...after(200) }),
    ];
    // Debezium looks for a reader that was killed once a minute, unless told otherwise.
    const source = { "connect.keep.alive.interval.ms": "1000" };
    const told = await run({ faults: struck, pipeline: { source } });
    expectMarks(told, struck);
    expectValid(told);
  });

  test("on MySQL, where rows differ afterwards", async () => {
    const struck = [
      mysql.behindTheBinlog({ statements: ["UPDATE accounts SET note = 'hidden' WHERE id = 9001"], ...after(10) }),
      mysql.truncate({ table: "branches", ...after(20) }),
      mysql.rowImage({
        image: "MINIMAL",
        statements: ["UPDATE accounts SET note = 'n' WHERE id = 9002"],
        ...after(40),
      }),
    ];
    const failure = { connector: "source", message: /internal schema size 7, but row size 1/ } as const;
    const told = await run({ faults: struck, expect: { failure } });
    expectMarks(told, struck);
    expect(told.verdict.verdict).toBe("invalid");
  });

  test("on the connectors", async () => {
    const struck = [
      connect.restart({ connector: "source", ...after(10) }),
      connect.pause({ connector: "sink", forMs: 300, ...after(20) }),
      connect.changeConfig({ connector: "source", settings: { "max.batch.size": "4096" }, ...after(120) }),
      connect.deleteAndRecreate({ connector: "sink", ...after(230) }),
    ];
    const told = await run({ faults: struck });
    expectMarks(told, struck);
    expectValid(told);
  });
});

describe("a fault that changes nothing", () => {
  test("leaves the run unknown where the replica was to miss more than the writers write", async () => {
    const never = mysql.promoteReplica({ unreplicated: 1_000, ...after(10) });
    const told = await runMade(made({ ...bank, faults: [never], stack: { replica: "standby" } }));
    expect(told.verdict.verdict, account(told)).toBe("unknown");
    expect(told.verdict.error?.[0]).toContain("1000 transactions that the replica does not receive");
  });

  test("leaves the run unknown where a worker does with the memory that it is left", async () => {
    const enough = faults.limitHeap("connect-1", { ...after(10).when, heapMb: 600 });
    const told = await runMade(made({ ...bank, faults: [enough] }));
    expect(told.verdict.verdict, account(told)).toBe("unknown");
    expect(told.verdict.error?.join("\n")).toContain("connect-1 did not run out of 600 MB");
  });

  test("leaves no mark, and the run is unknown for each of them", async () => {
    const nobody = ["UPDATE accounts SET note = 'nobody' WHERE id = -1"];
    const toothless = [
      mysql.sql({ statements: nobody }),
      mysql.rowImage({ image: "NOBLOB", statements: nobody }),
      // On the other table than the one that is locked.
      mysql.clock({ bySeconds: 0, statements: ["UPDATE accounts SET note = 'present' WHERE id = 9002"] }),
      mysql.behindTheBinlog({ statements: nobody }),
      mysql.longTransaction({ statements: nobody, forMs: 1 }),
      mysql.lockTables({ tables: ["branches"], forMs: 1 }),
      mysql.killConnections({ of: "duckdb" }),
      mysql.bigTransaction({ table: "branches", rows: 0, row: () => ({}) }),
      connect.restart({ connector: "source", onlyFailed: true }),
      connect.changeConfig({ connector: "source", settings: { "tasks.max": "1" } }),
    ];
    const [part, restoring] = [mysql.sql({ statements: nobody }), mysql.restoreDump()];
    const stopped = connect.whileStopped({ connector: "sink", strike: [part] });
    const dumped = faults.sequence({ when: { whenSettled: true }, faults: [mysql.takeDump(), restoring] });
    const told = await run({ faults: [...toothless, stopped, dumped] });
    expect(told.verdict.verdict, account(told)).toBe("unknown");
    const error = told.verdict.error?.join("\n");
    for (const { label } of toothless) expect(error).toContain(`${label}: nothing shows`);
    expect(error).toContain(`${stopped.label}: ${part.label}: nothing shows`);
    expect(error).toContain(`${dumped.label}: ${restoring.label}: nothing shows`);
  });
});

describe("a connector that is to fail", () => {
  const missed = mysql.sql({ statements: ["UPDATE accounts SET note = 'missed' WHERE id = 9001"] });
  const purged = (strike: readonly Fault[]) => connect.whileStopped({ connector: "source", strike, ...after(50) });

  test("makes the run valid when it does, and says of what", async () => {
    const struck = [purged([missed, mysql.purgeBinlogs()])];
    const failure = { connector: "source", message: /no longer available/ } as const;
    const told = await run({ faults: struck, checks: [], expect: { failure } });
    expectMarks(told, struck);
    expectValid(told);
    expect(told.verdict.checks).toContainEqual(expect.objectContaining({ name: "connectors", verdict: "valid" }));
  });

  test("makes it invalid when it does not", async () => {
    const told = await run({ expect: { failure: { connector: "source", message: /./ } } });
    expect(told.verdict.verdict, account(told)).toBe("invalid");
    expect(told.verdict.checks).toContainEqual(expect.objectContaining({ name: "connectors", verdict: "invalid" }));
  });

  test("and that fails in another way leaves it unknown", async () => {
    const struck = [purged([mysql.resetBinlogsAndGtids()])];
    const told = await run({ faults: struck, expect: { failure: { connector: "source", message: /out of disk/ } } });
    expect(told.verdict.verdict, account(told)).toBe("unknown");
    expect(told.verdict.error?.[0]).toContain("CONNECTOR_FAILED");
  });
});
