import { describe, expect, test } from "vitest";
import { failureOf, isRunning, rootCause } from "#stages/connect/progress.ts";

const worker_id = "127.0.0.1:1";
const connector = { state: "RUNNING", worker_id };
const trace = `org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: Client requested master to start replication from position > file size
\tat io.debezium.connector.mysql.MySqlStreamingChangeEventSource.wrap(MySqlStreamingChangeEventSource.java:1)
Caused by: com.github.shyiko.mysql.binlog.network.ServerException: Could not find first log file name
\t... 5 more`;

describe("a connector's status", () => {
  test("RUNNING without a task is not running: it fails again and again to make its tasks' settings", () => {
    expect(isRunning({ name: "c", connector, tasks: [] })).toBe(false);
  });

  test("runs when every task does", () => {
    const task = { id: 0, state: "RUNNING", worker_id };
    expect(isRunning({ name: "c", connector, tasks: [task] })).toBe(true);
    expect(isRunning({ name: "c", connector, tasks: [task, { ...task, id: 1, state: "UNASSIGNED" }] })).toBe(false);
  });

  test("with a failed task becomes an error that begins with the root cause", () => {
    const error = failureOf({ name: "c", connector, tasks: [{ id: 0, state: "FAILED", worker_id, trace }] }, [
      "connect-1.log",
    ]);
    expect(error).toMatchObject({
      code: "CONNECTOR_FAILED",
      message: expect.stringContaining("task 0 of c failed: com.github.shyiko.mysql.binlog.network.ServerException"),
      evidence: expect.arrayContaining(["connect-1.log"]),
    });
  });
});

test("the root cause of a trace without causes is its first line", () => {
  expect(rootCause("java.lang.NullPointerException: x\n\tat a.b")).toBe("java.lang.NullPointerException: x");
  expect(rootCause("")).toBe("it left no trace");
});
