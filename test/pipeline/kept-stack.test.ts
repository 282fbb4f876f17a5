import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import type { RunEvent } from "#core/history.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { defineScenario } from "#run/scenario.ts";
import { clearStacks } from "#run/session.ts";
import { isAlive, markedProcesses } from "#runtime/processes.ts";
import { writeRecord } from "#runtime/record.ts";
import { notedProcesses } from "#runtime/stack-folder.ts";
import { downStack, listStacks } from "#runtime/stacks.ts";
import { account, runMade, type Told } from "./running.ts";

// One after the other on one stack: it is made and kept, used again, loses its broker, and is replaced.
const stateDir = join(mkdtempSync(join(tmpdir(), "floe-kept-")), "stacks");
const small = defineScenario({
  story: "A few people on a stack that is kept.",
  source: employees({ employees: 50 }),
  workload: mixed({ writers: 1, operations: 20 }),
});
let first: Told;

afterAll(async () => {
  for (const { record } of await listStacks({ stateDir })) await downStack({ stateDir, record });
});

test("the logs of a run on a kept stack begin where the earlier run's ended", async () => {
  first = await runMade(small, { stateDir, keep: true });
  expect(first.verdict.verdict, account(first)).toBe("valid");
  const before = statSync(join(first.folder, "logs/connect-1.log")).size;
  const second = await runMade(small, { stateDir, keep: true });
  expect(second.verdict.verdict, account(second)).toBe("valid");
  expect(notesOf(second)).toContain("using the kept stack");
  const whole = readFileSync(join(first.folder, "logs/connect-1.log"));
  const own = readFileSync(join(second.folder, "logs/connect-1.log"));
  expect(own.length).toBeGreaterThan(0);
  expect(own.toString("utf8")).toContain(second.verdict.runId);
  expect(whole.indexOf(own)).toBeGreaterThanOrEqual(before);
  for (const name of ["mysql", "kafka-1", "catalog", "object-store"])
    expect(existsSync(join(second.folder, "logs", `${name}.log`)), name).toBe(true);
});

test("a kept stack that turns out broken is told and left alone, and the run gets a stack of its own", async () => {
  const [kept] = await listStacks({ stateDir });
  if (kept === undefined) throw new Error("there is no kept stack");
  const { record } = kept;
  const stackDir = join(stateDir, record.stackId);
  writeRecord(stackDir, { ...record, servers: record.servers.filter(({ name }) => name !== "catalog") });
  const third = await runMade(small, { stateDir });
  writeRecord(stackDir, record);
  expect(third.verdict.verdict, account(third)).toBe("valid");
  expect(notesOf(third)).toContain(`the kept stack ${record.stackId} can't be used; starting a stack of our own`);
  expect((await listStacks({ stateDir })).map(({ condition }) => condition)).toEqual(["kept"]);
});

test("a kept stack whose broker died is told and cleared at the next start", async () => {
  const [kept] = await listStacks({ stateDir });
  const stackId = kept?.record.stackId ?? "";
  const broker = notedProcesses(join(stateDir, stackId)).findLast(({ server }) => server === "kafka-1");
  if (broker === undefined) throw new Error("the kept stack has no broker");
  process.kill(broker.pid, "SIGKILL");
  await poll({
    what: "the broker to be gone",
    deadline: deadlineIn(10_000),
    look: async () => (isAlive(broker) ? notYet("it is there") : seen(undefined)),
  });

  const told: string[] = [];
  const append = (event: RunEvent) => void (event.type === "note" && told.push(event.text));
  await clearStacks({ stateDir, history: { append } });

  expect(told.join("\n")).toContain(`cleared stack ${stackId} (kept, but dead: kafka-1)`);
  expect(markedProcesses(stackId)).toEqual([]);
  expect(await listStacks({ stateDir })).toEqual([]);
  expect(existsSync(join(first.folder, "data"))).toBe(false);
});

function notesOf({ events }: Told): string {
  return events.flatMap((event) => (event.type === "note" ? [event.text] : [])).join("\n");
}
