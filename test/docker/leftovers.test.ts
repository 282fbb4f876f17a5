import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { deadlineIn, notYet, pause, poll, seen } from "#core/deadline.ts";
import { attachDockerRuntime } from "#runtime/docker/attach.ts";
import { connectEngine } from "#runtime/docker/engine.ts";
import { containerName } from "#runtime/docker/placed-server.ts";
import { removeForgotten, removeStack } from "#runtime/docker/removal.ts";
import { readRecord, type StackRecord, stackDirOf } from "#runtime/record.ts";
import { clearLeftovers, downStack, listStacks } from "#runtime/stacks.ts";
import { dockerOptions, heldOf, storeSpec } from "./docker-stack.ts";

const started: string[] = [];
// A test that fails half way leaves no kept stack behind for two hours.
afterEach(async () => {
  for (const stackId of started.splice(0)) await removeStack(stackId, { quietMs: 0 });
});

const program = join(import.meta.dirname, "harness-process.ts");

interface Harness {
  readonly stackId: string;
  readonly folder: string;
  readonly stateDir: string;
  readonly child: ChildProcess;
  says(line: string): Promise<void>;
}

function startHarness(order: { servers: readonly string[]; ending: "wait" | "keep"; keptIdleMs?: number }): Harness {
  const { stackId, folder, stateDir } = dockerOptions();
  started.push(stackId);
  const argument = JSON.stringify({ ...order, stackId, folder, stateDir });
  const child = spawn(process.execPath, [program, argument], { stdio: ["ignore", "pipe", "inherit"] });
  const heard = new Set<string>();
  createInterface({ input: child.stdout }).on("line", (line) => heard.add(line));
  const says = (line: string) =>
    poll({
      what: `the harness to say "${line}"`,
      deadline: deadlineIn(60_000),
      everyMs: 5,
      look: async () => (heard.has(line) ? seen(undefined) : notYet([...heard].join(", "))),
    });
  return { stackId, folder, stateDir, child, says };
}

async function gone({ stackId, stateDir }: Harness, withinMs: number): Promise<void> {
  await poll({
    what: `stack ${stackId} to be gone`,
    deadline: deadlineIn(withinMs),
    look: async () => {
      const record = join(stateDir, stackId);
      const left = [...(await heldOf(stackId)), ...(existsSync(record) ? [record] : [])];
      return left.length === 0 ? seen(undefined) : notYet(left.join(", "));
    },
  });
}

function recordOf({ stateDir, stackId }: Harness): StackRecord {
  const record = readRecord(stackDirOf({ stateDir, stackId }));
  if (record === undefined) throw new TypeError(`no record of ${stackId}`);
  return record;
}

async function kept(more: { keptIdleMs?: number } = {}): Promise<Harness> {
  const harness = startHarness({ servers: ["one", "two"], ending: "keep", ...more });
  await harness.says("leaving");
  expect(await heldOf(harness.stackId)).toHaveLength(3);
  return harness;
}

function attach(harness: Harness) {
  const { stateDir, folder } = harness;
  const logs = join(folder, "logs-of-another");
  return attachDockerRuntime({ stateDir, record: recordOf(harness), onServer: () => undefined, logs });
}

test.each([
  { line: "begun", plusMs: 500 },
  { line: "opened", plusMs: 30 },
  { line: "opened", plusMs: 400 },
  { line: "all ready", plusMs: 100 },
])("a harness killed by kill -9 $plusMs ms after it said '$line' leaves nothing on the engine", async (moment) => {
  const harness = startHarness({ servers: ["one", "two"], ending: "wait" });
  await harness.says(moment.line);
  await pause(moment.plusMs);
  harness.child.kill("SIGKILL");
  await once(harness.child, "exit");
  await gone(harness, 20_000);
});

test("what a harness and a reaper that were both killed left is found at the next start by its record", async () => {
  const left = startHarness({ servers: ["one"], ending: "wait" });
  await left.says("all ready");
  process.kill(recordOf(left).reaper?.pid ?? 0, "SIGKILL");
  left.child.kill("SIGKILL");
  await once(left.child, "exit");
  expect(await heldOf(left.stackId)).toHaveLength(2);

  expect(await clearLeftovers(left)).toMatchObject([
    { because: "its harness and its reaper are gone", killed: ["one"] },
  ]);
  await gone(left, 0);
});

test("containers whose record is gone are found at the next start by their labels", async () => {
  const left = startHarness({ servers: ["one"], ending: "wait" });
  await left.says("all ready");
  process.kill(recordOf(left).reaper?.pid ?? 0, "SIGKILL");
  left.child.kill("SIGKILL");
  await once(left.child, "exit");
  rmSync(join(left.stateDir, left.stackId), { recursive: true });

  expect(await removeForgotten()).toContain(left.stackId);
  expect(await heldOf(left.stackId)).toEqual([]);
});

test("a kept stack outlives its harness, serves the next one, whose log has its own share, and ends when told to", async () => {
  const harness = await kept();
  expect(await listStacks(harness)).toMatchObject([{ condition: "kept", users: 0 }]);
  await using runtime = await attach(harness);
  const server = await (await runtime.place(storeSpec("one"))).start();
  const address = server.address("s3");
  await server.kill();
  await server.restart();
  expect(server.address("s3")).toEqual(address);
  expect(server.logFile).toContain("logs-of-another");
  expect(existsSync(server.logFile)).toBe(true);

  await downStack({ stateDir: harness.stateDir, record: recordOf(harness) });
  await gone(harness, 0);
});

test("a kept stack that nobody uses ends by itself", async () => {
  const harness = await kept({ keptIdleMs: 1_000 });
  await gone(harness, 20_000);
});

test("a kept stack whose server died is no longer offered: attaching says so, the next start clears it", async () => {
  const harness = await kept();
  const { docker } = await connectEngine();
  await docker.getContainer(containerName({ stackId: harness.stackId, server: "two" })).kill();

  await expect(attach(harness)).rejects.toMatchObject({ code: "KEPT_STACK_BROKEN", got: "dead: two" });
  expect(await clearLeftovers(harness)).toMatchObject([{ because: "kept, but dead: two" }]);
  await gone(harness, 0);
});
