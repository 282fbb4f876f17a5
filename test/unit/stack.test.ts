import { expect, test } from "vitest";
import { serverNames } from "../../harness/stack.ts";

test("servers are named and numbered by what a stack has", () => {
  expect(serverNames({ brokers: 1, workers: 1, topology: "shared", catalog: "hadoop", replica: "none" })).toEqual([
    "mysql",
    "kafka-1",
    "object-store",
    "connect-1",
  ]);
  expect(
    serverNames({ brokers: 3, workers: 2, topology: "separate", catalog: "rest", replica: "with-updates-logged" }),
  ).toEqual([
    "mysql",
    "mysql-replica",
    "kafka-1",
    "kafka-2",
    "kafka-3",
    "object-store",
    "catalog",
    "connect-source-1",
    "connect-source-2",
    "connect-sink-1",
    "connect-sink-2",
  ]);
});
