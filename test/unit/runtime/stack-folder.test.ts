import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identityOf, isAlive, ownIdentity, proportionalKiB } from "#runtime/processes.ts";
import { createRecord, readRecord, type StackRecord, stackIds, writeRecord } from "#runtime/record.ts";
import { notedProcesses, noteProcess, stackUse, takeLease } from "#runtime/stack-folder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("a process is known by its id and its start, so that a later one with the same id is another", () => {
  const own = ownIdentity();

  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, startTime: "1" })).toBe(false);
  expect(identityOf(2 ** 30)).toBeUndefined();
  expect(proportionalKiB(own.pid)).toBeGreaterThan(1_000);
});

test("a record comes back as it was written, readable by its owner alone", () => {
  const { stateDir, stackDir } = emptyState();
  const record = recordOf("s1");
  createRecord(stackDir, record);
  writeRecord(stackDir, { ...record, kept: true, details: { password: "hunter2" } });

  expect(readRecord(stackDir)).toEqual({ ...record, kept: true, details: { password: "hunter2" } });
  expect(stackIds(stateDir)).toEqual(["s1"]);
});

test("a stack without a record has none, and a damaged record says where it is", () => {
  const { stackDir } = emptyState();
  expect(readRecord(stackDir)).toBeUndefined();

  mkdirSync(stackDir, { recursive: true });
  writeFileSync(join(stackDir, "stack.json"), '{"format": 1}');
  expect(() => readRecord(stackDir)).toThrow("the record of stack s1 cannot be read");
});

test("noted processes come back in order; an unfinished line counts for nothing", () => {
  const { stackDir } = emptyState();
  mkdirSync(stackDir, { recursive: true });
  noteProcess(stackDir, { server: "mysql", pid: 4_711, startTime: "12 of May" });
  noteProcess(stackDir, { server: "mysql", pid: 4_712, startTime: "17" });
  writeFileSync(join(stackDir, "processes"), "kafka-1", { flag: "a" });

  expect(notedProcesses(stackDir)).toEqual([
    { server: "mysql", pid: 4_711, startTime: "12 of May" },
    { server: "mysql", pid: 4_712, startTime: "17" },
  ]);
  expect(notedProcesses(`${stackDir}-of-nobody`)).toEqual([]);
});

test("a lease counts while its process lives, and giving it back is a use too", () => {
  const { stackDir } = emptyState();
  mkdirSync(stackDir, { recursive: true });
  utimesSync(stackDir, 1_000, 1_000);
  expect(stackUse(stackDir)).toEqual({ users: 0, lastUsedMs: 1_000_000 });

  const lease = takeLease(stackDir);
  expect(stackUse(stackDir)?.users).toBe(1);
  lease[Symbol.dispose]();

  expect(stackUse(stackDir)?.users).toBe(0);
  expect(stackUse(stackDir)?.lastUsedMs).toBeGreaterThan(1_000_000);
  expect(readdirSync(stackDir)).toEqual([]);
});

test("the lease of a process that is gone is nobody's", () => {
  const { stackDir } = emptyState();
  mkdirSync(stackDir, { recursive: true });
  writeFileSync(join(stackDir, `lease-${process.pid}`), "the start of an earlier process");

  expect(stackUse(stackDir)?.users).toBe(0);
  expect(existsSync(join(stackDir, `lease-${process.pid}`))).toBe(true);
});

function emptyState() {
  const stateDir = temporaryFolder();
  return { stateDir, stackDir: join(stateDir, "s1") };
}

function recordOf(stackId: string): StackRecord {
  return {
    format: 2,
    runtime: "native",
    stackId,
    folder: "/runs/one",
    harness: ownIdentity(),
    kept: false,
    details: {},
    servers: [
      {
        name: "mysql",
        part: "mysql",
        ports: { sql: 3_306 },
        hosts: { outer: "127.0.0.1", inner: "127.0.0.1" },
        logFile: "/runs/one/logs/mysql.log",
        process: { cwd: "/runs/one/data/mysql", command: "mysqld", args: ["--port=3306"], env: {} },
      },
    ],
  };
}
