import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cacheFolder } from "#artifacts/cache.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { ask } from "#run/ask.ts";
import { defineScenario } from "#run/scenario.ts";
import { downStack, listStacks } from "#runtime/stacks.ts";
import { account, runMade } from "../pipeline/running.ts";
import { heldOf } from "./docker-stack.ts";

const stateDir = join(mkdtempSync(join(tmpdir(), "floe-docker-kept-")), "stacks");
const small = defineScenario({
  story: "A few people on a stack of containers that is kept.",
  source: employees({ employees: 50 }),
  workload: mixed({ writers: 1, operations: 20 }),
});

afterAll(async () => {
  for (const { record } of await listStacks({ stateDir })) await downStack({ stateDir, record });
});

test("a kept stack of containers serves the next run, can be asked, and is gone when it is ended", async () => {
  const first = await runMade(small, { stateDir, keep: true });
  expect(first.verdict.verdict, account(first)).toBe("valid");
  const [kept] = await listStacks({ stateDir });
  expect(kept).toMatchObject({ condition: "kept", record: { runtime: "docker" } });

  const second = await runMade(small, { stateDir, keep: true });
  expect(second.verdict.verdict, account(second)).toBe("valid");
  const notes = second.events.flatMap((event) => (event.type === "note" ? [event.text] : []));
  expect(notes.join("\n")).toContain("using the kept stack");
  expect(readFileSync(join(second.folder, "logs/connect-1.log"), "utf8")).toContain(second.verdict.runId);

  const statement = "SELECT count(*) AS n FROM current.employees";
  const rows = await ask({ statement, stateDir, cacheDir: cacheFolder(process.env) });
  expect(Number(rows[0]?.["n"])).toBeGreaterThan(40);

  const record = kept?.record;
  if (record === undefined) return;
  await downStack({ stateDir, record });
  expect(await heldOf(record.stackId)).toEqual([]);
  expect(await listStacks({ stateDir })).toEqual([]);
});
