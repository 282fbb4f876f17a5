import { afterAll, describe, expect, test } from "vitest";
import { faults } from "#run/faults.ts";
import type { ScenarioDefinition } from "#run/scenario.ts";
import { account, runMade, type Told } from "../pipeline/running.ts";
import { bank, expectMarks, expectValid, made, sharedStack } from "./planting.ts";

// What people set on servers, topics and tables while a pipeline runs: each leaves its mark, and is set back.
const stack = sharedStack();
afterAll(() => stack[Symbol.asyncDispose]());

const { mysql, topics, lake, rollingRestart } = faults;
const at = (afterOperations: number) => ({ afterOperations });

function run(scenario: Partial<ScenarioDefinition>): Promise<Told> {
  return stack.run({ ...bank, ...scenario });
}

describe("settings that are changed while rows flow", () => {
  test("leave their marks, and the pipeline bears them", async () => {
    const struck = [
      mysql.timeZone({ zone: "+05:30", when: at(20) }),
      mysql.revoke({ privileges: ["RELOAD"], when: at(30) }),
      mysql.expireBinlogs(at(40)),
      topics.configure({ topic: { table: "accounts" }, settings: { "retention.ms": "3600000" }, when: at(60) }),
      lake.changeSchema({
        table: "accounts",
        clause: "ADD COLUMN remark VARCHAR",
        when: { event: { control: "commit-to-table", table: "accounts", nth: 1 } },
      }),
    ];
    const told = await run({ faults: struck });
    expectMarks(told, struck);
    expectValid(told);
  });

  test("as more partitions, which a running sink takes up", async () => {
    const struck = [topics.addPartitions({ topic: { table: "branches" }, count: 3, when: at(20) })];
    const told = await run({ faults: struck });
    expectMarks(told, struck);
    expectValid(told);
  });

  test("as the greatest message, which ends the source", async () => {
    const struck = [
      // Counted in batches as they are compressed: 300,000 times x are about a thousand bytes.
      topics.configure({ topic: { table: "branches" }, settings: { "max.message.bytes": "500" }, when: at(10) }),
      mysql.bigRow({
        table: "branches",
        row: { id: 500, city: "Big" },
        column: "plan",
        bytes: 300_000,
        when: at(20),
      }),
    ];
    const failure = { connector: "source", message: /RecordTooLargeException/ } as const;
    const told = await run({ faults: struck, checks: [], expect: { failure } });
    expectMarks(told, struck);
    expectValid(told);
  });

  test("or as one worker after the other that is restarted", async () => {
    const struck = [rollingRestart(["connect-1", "connect-2"], at(60))];
    // The stack that the others share has one worker.
    const told = await runMade(made({ ...bank, faults: struck, stack: { workers: 2 } }));
    expectMarks(told, struck);
    expectValid(told);
  });
});

test("settings that are as they were leave no mark, and the run is unknown for each of them", async () => {
  const toothless = [
    mysql.timeZone({ zone: "+00:00" }),
    mysql.revoke({ privileges: ["SHUTDOWN"] }),
    topics.configure({ topic: "control", settings: { "cleanup.policy": "delete" }, when: at(1) }),
    topics.addPartitions({ topic: { table: "branches" }, count: 1, when: at(1) }),
    lake.changeSchema({
      table: "accounts",
      clause: "ADD COLUMN IF NOT EXISTS owner VARCHAR",
      when: { event: { control: "commit-to-table", table: "accounts", nth: 1 } },
    }),
  ];
  const told = await run({ faults: toothless });
  expect(told.verdict.verdict, account(told)).toBe("unknown");
  for (const { label } of toothless) expect(told.verdict.error?.join("\n")).toContain(`${label}: nothing shows`);
});
