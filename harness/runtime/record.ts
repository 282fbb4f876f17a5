import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { environmentError, systemCode } from "#core/errors.ts";
import type { Part } from "./port.ts";

const identity = z.object({ pid: z.number().int().positive(), startTime: z.string() });

/** A process as it was started: enough to start it again. May hold secrets. */
const recordedProcess = z.object({
  cwd: z.string(),
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});

/** A server as it was started: enough to find it, to start it again, and to end it. */
const recordedServer = z.object({
  name: z.string(),
  part: z.enum(["mysql", "kafka", "connect", "catalog", "object-store"] satisfies Part[]),
  ports: z.record(z.string(), z.number().int()),
  hosts: z.object({ outer: z.string(), inner: z.string() }),
  logFile: z.string(),
  process: recordedProcess.optional(),
});

const stackRecord = z.object({
  format: z.literal(2),
  runtime: z.enum(["native", "docker"]),
  stackId: z.string().min(1),
  /** The stack's folder: logs/, config/ and data/ lie below it. */
  folder: z.string().min(1),
  harness: identity,
  /** The process that ends the stack when its harness is gone; of a kept stack, its keeper. */
  reaper: identity.optional(),
  kept: z.boolean(),
  /** What the harness that kept the stack wants the next one to know: passwords, versions, topology. */
  details: z.record(z.string(), z.string()),
  servers: z.array(recordedServer),
});

/** What is known of a running stack. Written by the harness that started it, before each step that it describes. */
export type StackRecord = Readonly<z.infer<typeof stackRecord>>;
export type RecordedServer = Readonly<z.infer<typeof recordedServer>>;
export type RecordedProcess = Readonly<z.infer<typeof recordedProcess>>;

export const stackDirOf = ({ stateDir, stackId }: { stateDir: string; stackId: string }) => join(stateDir, stackId);
export const dataDirOf = (folder: string) => join(folder, "data");

/** Makes a stack's folder, with its first record: nobody ever sees one without. */
export function createRecord(stackDir: string, record: StackRecord): void {
  const unfinished = join(dirname(stackDir), `.${basename(stackDir)}`);
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    writeRecord(unfinished, record);
    renameSync(unfinished, stackDir);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Writes a stack's record, readable by its owner alone. A reader sees the old one or the new one. */
export function writeRecord(stackDir: string, record: StackRecord): void {
  const file = join(stackDir, "stack.json");
  writeFileSync(`${file}.next`, JSON.stringify(record, undefined, 2), { mode: 0o600 });
  renameSync(`${file}.next`, file);
}

/** Reads a stack's record. Undefined when there is none (any more). */
export function readRecord(stackDir: string): StackRecord | undefined {
  const file = join(stackDir, "stack.json");
  try {
    return stackRecord.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw environmentError({
      code: "STACK_RECORD_UNREADABLE",
      what: `the record of stack ${basename(stackDir)} cannot be read`,
      remedy: "run ./floe down: it ends the stack's processes all the same",
      evidence: [file],
      cause: error,
    });
  }
}

/** The ids of all stacks that anybody wrote down, readable or not. */
export function stackIds(stateDir: string): string[] {
  try {
    return readdirSync(stateDir).filter((name) => !name.startsWith("."));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
