import { describe, expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { openMysql } from "#pipeline";
import type { FaultContext } from "#run/context.ts";
import type { Fault } from "#run/fault.ts";
import { defineScenario } from "#run/scenario.ts";
import { account, runMade, type Told } from "./running.ts";

const base = {
  story: "A difference is planted, and has to be found where it was put.",
  source: employees({ employees: 100 }),
  workload: mixed({ writers: 1, operations: 40 }),
};

describe("a planted difference is found with its key", () => {
  test("a row changed in MySQL behind the binlog", async () => {
    const told = await runMade(
      defineScenario({
        ...base,
        faults: [
          plant("change a row behind the binlog", async (context) => {
            await using mysql = await openMysql(context.stack, context.pipeline.spec.names.database);
            await mysql.execute("SET SESSION sql_log_bin = 0");
            await mysql.execute("UPDATE departments SET dept_name = 'Planted' WHERE dept_no = 'd003'");
          }),
        ],
      }),
    );
    expect(told.verdict.verdict, account(told)).toBe("invalid");
    expect(found(told)).toContainEqual(expect.objectContaining({ table: "departments", key: "dept_no=d003" }));
  });

  test("a row added to the lake by somebody else", async () => {
    const told = await runMade(
      defineScenario({
        ...base,
        faults: [plant("add a row to the lake", addLakeRow)],
      }),
    );
    expect(told.verdict.verdict, account(told)).toBe("invalid");
    expect(found(told)).toContainEqual(
      expect.objectContaining({ class: "phantom", table: "departments", key: "dept_no=zzzz" }),
    );
  });

  test("a Filter transform that swallows a table's records", async () => {
    const told = await runMade(
      defineScenario({
        ...base,
        pipeline: {
          sink: {
            transforms: "drop,cdc,meta",
            "transforms.drop.type": "org.apache.kafka.connect.transforms.Filter",
            "transforms.drop.predicate": "titles",
            predicates: "titles",
            "predicates.titles.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
            "predicates.titles.pattern": ".*\\.titles",
          },
        },
      }),
    );
    expect(told.verdict.verdict, account(told)).toBe("invalid");
    expect(found(told)).toContainEqual(expect.objectContaining({ class: "lost", table: "titles", hop: "kafka->sink" }));
  });

  test("and a fault that does not bite makes the run unknown", async () => {
    const toothless: Fault = {
      label: "do nothing",
      when: { afterOperations: 1 },
      inject: async () => ({ heal: async () => undefined, proof: async () => undefined }),
    };
    const told = await runMade(defineScenario({ ...base, faults: [toothless] }));
    expect(told.verdict.verdict, account(told)).toBe("unknown");
    expect(told.verdict.error?.[0]).toContain("FAULT_DID_NOT_BITE");
  });
});

function found({ verdict }: Told) {
  return verdict.checks.flatMap(({ anomalies }) => anomalies);
}

function plant(label: string, inject: (context: FaultContext) => Promise<void>): Fault {
  return {
    label,
    when: { afterOperations: 10 },
    inject: async (context) => {
      await inject(context);
      return { heal: async () => undefined, proof: async () => "planted" };
    },
  };
}

async function addLakeRow({ pipeline, clients, changeLake }: FaultContext): Promise<void> {
  const { spec } = pipeline;
  await poll({
    what: "the lake's table departments",
    deadline: deadlineIn(60_000),
    look: async () =>
      (await clients.catalog.table({ namespace: spec.names.database, table: "departments" }))?.currentId === undefined
        ? notYet("no snapshot")
        : seen(undefined),
  });
  await changeLake(async (lake) => {
    const table = lake.relation("departments");
    await lake.run(
      `INSERT INTO ${table} SELECT * REPLACE ('zzzz' AS dept_no, 'Nowhere' AS dept_name) FROM ${table} LIMIT 1`,
    );
  });
}
