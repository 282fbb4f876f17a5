import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { attachNativeRuntime } from "#runtime/native/attach.ts";
import { isAlive, markedProcesses } from "#runtime/processes.ts";
import { readRecord, type StackRecord, stackDirOf } from "#runtime/record.ts";
import { clearLeftovers, downStack, listStacks } from "#runtime/stacks.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";
import { type HarnessProcess, killHarness, stackGone, startHarness, twentyMoments } from "./killed-harness.ts";
import { ask, tinySpec } from "./tiny-stack.ts";

test.each(twentyMoments.filter((_, at) => at % 4 === 1))(
  "a harness killed by kill -9 $plusMs ms after it said '$line' leaves no process, no data and no record",
  async (moment) => {
    expect((await killHarness({ base: temporaryFolder(), ...moment })).goneMs).toBeLessThan(5_000);
  },
);

test("a harness that ends without disposing leaves nothing either", async () => {
  const harness = startHarness({ base: temporaryFolder(), servers: ["one"], ending: "exit" });
  await harness.says("leaving");
  await harness.ended;

  await stackGone(harness, 5_000);
  expect(readFileSync(join(harness.folder, "logs", "reaper.log"), "utf8")).toContain(
    "its harness is gone; killed: one",
  );
});

test("Ctrl-C in the terminal of a harness, once and again, does not reach its reaper", async () => {
  const harness = startHarness({ base: temporaryFolder(), servers: ["one"], ending: "wait" });
  await harness.says("all ready");
  process.kill(recordOf(harness).reaper?.pid ?? 0, "SIGINT");
  harness.child.kill("SIGINT");
  harness.child.kill("SIGINT");
  await harness.ended;

  await stackGone(harness, 5_000);
});

test("what a harness and a reaper that were both killed left is found at the next start, and only that", async () => {
  const left = startHarness({ base: temporaryFolder(), servers: ["one", "two"], ending: "wait" });
  await left.says("all ready");
  const { reaper } = recordOf(left);
  process.kill(reaper?.pid ?? 0, "SIGKILL");
  expect(await clearLeftovers(left)).toEqual([]);
  left.child.kill("SIGKILL");
  await left.ended;
  expect(markedProcesses(left.stackId)).toHaveLength(4);

  const [cleared] = await clearLeftovers(left);

  expect(cleared).toMatchObject({ stackId: left.stackId, because: "its harness and its reaper are gone" });
  expect(cleared?.killed.toSorted()).toEqual(["one", "two"]);
  await stackGone(left, 0);
  expect(await clearLeftovers(left)).toEqual([]);
});

test("a kept stack outlives its harness, serves the next ones, and ends when it is told to", async () => {
  const harness = await keptStack();
  expect(await listStacks(harness)).toMatchObject([{ condition: "kept", users: 0 }]);
  expect(await clearLeftovers(harness)).toEqual([]);

  await using first = await attach(harness);
  await using second = await attach(harness);
  expect(first.details).toEqual({ password: "hunter2" });
  expect(await listStacks(harness)).toMatchObject([{ condition: "kept", users: 1 }]);
  const server = await (await first.place(tinySpec({ name: "one" }))).start();
  expect(await ask(server.address("http"))).toEqual({ server: "one", starts: 1 });
  await server.kill();
  await server.restart();
  const seenBySecond = await (await second.place(tinySpec({ name: "one" }))).start();
  expect(await ask(seenBySecond.address("http"))).toEqual({ server: "one", starts: 2 });

  await downStack({ ...harness, record: recordOf(harness) });
  await stackGone(harness, 0);
});

test("a kept stack that nobody uses ends by itself; one that is in use does not", async () => {
  const harness = await keptStack({ keptIdleMs: 600 });
  const attached = await attach(harness);
  // Three idle times: a keeper that did not look at leases would have ended it.
  await stackGone(harness, 1_800).then(
    () => expect.fail("it ended under its user"),
    () => undefined,
  );
  await attached[Symbol.asyncDispose]();

  await stackGone(harness, 5_000);
});

test("a kept stack whose server died is no longer offered: attaching says so, the next start clears it", async () => {
  const harness = await keptStack();
  const victim = markedProcesses(harness.stackId).find(({ server }) => server === "two");
  expect(victim).toBeDefined();
  for (const { pid, server } of markedProcesses(harness.stackId)) if (server === "two") process.kill(pid, "SIGKILL");
  await poll({
    what: "the server to be gone",
    deadline: deadlineIn(2_000),
    look: async () => (victim !== undefined && isAlive(victim) ? notYet("alive") : seen(undefined)),
  });

  await expect(attach(harness)).rejects.toMatchObject({ code: "KEPT_STACK_BROKEN", got: "dead: two" });
  expect(await clearLeftovers(harness)).toMatchObject([{ because: "kept, but dead: two" }]);
  await stackGone(harness, 0);
});

test("a kept stack without its keeper is ended all the same", async () => {
  const harness = await keptStack();
  process.kill(recordOf(harness).reaper?.pid ?? 0, "SIGKILL");

  await downStack({ ...harness, record: recordOf(harness) });

  await stackGone(harness, 0);
});

async function keptStack(more: { keptIdleMs?: number } = {}): Promise<HarnessProcess> {
  const harness = startHarness({ base: temporaryFolder(), servers: ["one", "two"], ending: "keep", ...more });
  await harness.says("leaving");
  await harness.ended;
  expect(markedProcesses(harness.stackId)).toHaveLength(4);
  return harness;
}

function attach(harness: HarnessProcess) {
  return attachNativeRuntime({ stateDir: harness.stateDir, record: recordOf(harness), onServer: () => undefined });
}

function recordOf({ stateDir, stackId }: HarnessProcess): StackRecord {
  const record = readRecord(stackDirOf({ stateDir, stackId }));
  if (record === undefined) throw new TypeError(`no record of ${stackId}`);
  return record;
}
