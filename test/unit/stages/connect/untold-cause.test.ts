import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failureOf } from "#stages/connect/progress.ts";
import { untoldCause } from "#stages/connect/untold-cause.ts";
import { temporaryFolder } from "../../runtime/temporary-folder.ts";

const worker_id = "127.0.0.1:1";
const failure =
  "org.apache.iceberg.connect.channel.NotRunningException: Coordinator unexpectedly terminated on committer a-sink-0";
const ended = (cause: string) =>
  `ERROR Coordinator error during process, exiting thread (…CoordinatorThread)\n${cause}\n\tat …\n`;
const fenced = "org.apache.kafka.common.errors.InvalidTxnStateException: The producer attempted …";

function logOf(text: string): string {
  const file = join(temporaryFolder(), "connect-1.log");
  writeFileSync(file, text);
  return file;
}

test("a coordinator's end is told from the log, as its task's trace does not tell it", () => {
  const log = logOf(`${ended("an older one's")}${ended(fenced)}Caused by: ${failure}\n${ended("another pipeline's")}`);
  const trace = `org.apache.kafka.connect.errors.ConnectException: Exiting\nCaused by: ${failure}`;
  const task = { id: 0, state: "FAILED", worker_id, trace };
  const told = failureOf({ name: "a-sink", connector: { state: "RUNNING", worker_id }, tasks: [task] }, [log]);
  expect(told).toMatchObject({ evidence: expect.arrayContaining([`before it, in the worker's log: ${fenced}`, log]) });
});

test("nothing is told where the log has no such failure, where it is gone, or where the trace has its own cause", () => {
  expect(untoldCause(failure, [logOf(ended(fenced)), "/gone.log"])).toEqual([]);
  expect(untoldCause("java.lang.OutOfMemoryError: Java heap space", [logOf(`${ended(fenced)}${failure}`)])).toEqual([]);
});
