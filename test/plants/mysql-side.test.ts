import { afterAll, describe, test } from "vitest";
import { deadlineIn } from "#core/deadline.ts";
import { openMysql } from "#pipeline";
import type { FaultContext } from "#run/context.ts";
import { faults } from "#run/faults.ts";
import { awaitRunning, awaitStopped } from "#stages/connect/progress.ts";
import { offsetAt, sourcePosition } from "#stages/debezium/progress.ts";
import { behindTheBinlog, expectFound, expectValid, plant, sharedStack, whenSettled } from "./planting.ts";
import { prices } from "./prices.ts";

const stack = sharedStack();
afterAll(() => stack[Symbol.asyncDispose]());

describe.concurrent("between MySQL and the connector", () => {
  test("a row changed behind the binlog", async () => {
    const change = (context: FaultContext) =>
      behindTheBinlog(context, "UPDATE departments SET dept_name = 'Planted' WHERE dept_no = 'd003'");
    const told = await stack.run({ faults: [plant("change a row behind the binlog", change)] });
    expectFound(told, { class: "value-changed", hop: "mysql->debezium", table: "departments", key: "dept_no=d003" });
  });

  test("a row added behind the binlog", async () => {
    const add = (context: FaultContext) =>
      behindTheBinlog(context, "INSERT INTO departments VALUES ('zzz1', 'Planted')");
    const told = await stack.run({ faults: [plant("add a row behind the binlog", add)] });
    expectFound(told, { class: "lost", hop: "mysql->debezium", table: "departments", key: "dept_no=zzz1" });
  });

  test("children deleted where the binlog does not tell, as a cascade that the server does not log", async () => {
    const cascade = (context: FaultContext) =>
      behindTheBinlog(context, "DELETE FROM salaries ORDER BY emp_no, from_date LIMIT 1");
    const told = await stack.run({ faults: [plant("delete behind the binlog", cascade, whenSettled)] });
    expectFound(told, { class: "resurrected", hop: "mysql->debezium", table: "salaries" });
  });

  test("the source's offset moved forward past what it never read", async () => {
    const told = await stack.run({
      faults: [plant("move the source forward", moveSourceForward)],
      settleWithinMs: 40_000,
    });
    expectFound(told, { class: "lost", hop: "mysql->debezium" });
    expectFound(told, { class: "offset-ahead-of-data", hop: "mysql->debezium" });
  });

  test("the source's offset moved back", async () => {
    const told = await stack.run({
      faults: [faults.rewindSource({ when: { afterOperations: 25 }, by: { operations: 10 } })],
    });
    expectFound(told, { class: "duplicate", hop: "mysql->debezium" });
    expectFound(told, { class: "offset-went-back", hop: "mysql->debezium" });
  });

  test("a decimal that the connector rounds to a double", async () => {
    const told = await stack.run({ source: prices(), pipeline: { source: { "decimal.handling.mode": "double" } } });
    expectFound(told, { hop: "mysql->debezium", table: "prices" });
  });

  test("a table truncated, which the connector passes over", async () => {
    const truncate = async ({ stack, pipeline }: FaultContext) => {
      await using mysql = await openMysql(stack, pipeline.spec.names.database);
      await mysql.execute("TRUNCATE TABLE prices");
    };
    const told = await stack.run({ source: prices(), faults: [plant("truncate", truncate, whenSettled)] });
    expectFound(told, { class: "resurrected", hop: "debezium->kafka", table: "prices" });
  });
});

describe.concurrent("what is right stays valid", () => {
  test("a transaction rolled back, and a table outside the include list", async () => {
    const harmless = async ({ stack, pipeline }: FaultContext) => {
      await using mysql = await openMysql(stack, pipeline.spec.names.database);
      await mysql.execute("START TRANSACTION");
      await mysql.execute("UPDATE departments SET dept_name = concat(dept_name, '!')");
      await mysql.execute("ROLLBACK");
      await mysql.execute("CREATE TABLE outside (id INT PRIMARY KEY)");
      await mysql.execute("INSERT INTO outside VALUES (1), (2)");
    };
    expectValid(await stack.run({ faults: [plant("roll back, write outside", harmless)] }));
  });

  test("a change by another client, which the binlog alone knows of", async () => {
    const change = async ({ stack, pipeline }: FaultContext) => {
      await using mysql = await openMysql(stack, pipeline.spec.names.database);
      await mysql.execute("UPDATE departments SET dept_name = 'Changed by hand' WHERE dept_no = 'd004'");
    };
    expectValid(await stack.run({ faults: [plant("change a row by hand", change)] }));
  });

  test("a masked column", async () => {
    const masks = { "employees.last_name": { kind: "mask", length: 5 } } as const;
    expectValid(await stack.run({ pipeline: { projection: { masks } } }));
  });
});

/** While the connector stands still, the writers go on; then its offset is set to where MySQL is. */
async function moveSourceForward({ clients, pipeline, stack }: FaultContext): Promise<void> {
  const { connect } = clients;
  const connector = pipeline.spec.names.sourceConnector;
  const waiting = { connect: connect.source, connector, deadline: deadlineIn(60_000), logFiles: [] };
  await connect.source.stop(connector);
  await awaitStopped(waiting);
  await using mysql = await openMysql(stack, pipeline.spec.names.database);
  await mysql.execute("UPDATE departments SET dept_name = 'Never read' WHERE dept_no = 'd005'");
  const [row] = await mysql.query("SELECT @@GLOBAL.gtid_executed AS gtids");
  const position = sourcePosition(await connect.source.offsets(connector));
  const gtids = String(row?.["gtids"]).replaceAll("\n", "");
  await connect.source.alterOffsets({
    name: connector,
    offsets: [offsetAt({ spec: pipeline.spec, position: { file: "", pos: 0, ...position, gtids } })],
  });
  await connect.source.resume(connector);
  await awaitRunning(waiting);
}
