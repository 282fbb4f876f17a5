import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diskFullIn, failedStart, timedOutStart } from "#runtime/failure.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const taken = {
  kafka:
    "org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:34567: Address already in use.",
  connect:
    "org.apache.kafka.connect.errors.ConnectException: Unable to initialize REST server\nCaused by: java.io.IOException: Failed to bind to /127.0.0.1:8083",
  s3proxy: "java.net.BindException: Address already in use",
  mysqld: "[ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use",
  minio: "FATAL Unable to start the server: listen tcp 127.0.0.1:9000: bind: address already in use",
};

test.each(Object.entries(taken))("%s's way to say that its port is taken is understood", (server, text) => {
  expect(failedStart(logOf(server, text), { exitCode: 1, signal: undefined })).toMatchObject({ code: "PORT_TAKEN" });
});

const full = {
  java: "java.io.IOException: No space left on device",
  mysqld: "[ERROR] [MY-012592] Disk is full writing './binlog.000001' (OS errno 28 - No space left on device)",
};

test.each(Object.entries(full))("%s's way to say that its disk is full is understood", (server, text) => {
  expect(failedStart(logOf(server, text), { exitCode: 1, signal: undefined })).toMatchObject({ code: "DISK_FULL" });
  // mysqld waits for room instead of ending: then it is the time-out that has to tell.
  expect(timedOutStart(logOf(server, text), new TypeError("time is up"))).toMatchObject({ code: "DISK_FULL" });
});

test("a full disk is found in the log of whichever server met it", () => {
  const logs = temporaryFolder();
  writeFileSync(join(logs, "mysql.log"), "ready for connections");
  expect(diskFullIn(logs)).toBeUndefined();
  writeFileSync(join(logs, "kafka-1.log"), full.java);
  expect(diskFullIn(logs)).toMatchObject({
    code: "DISK_FULL",
    message: "kafka-1 found its disk full",
    evidence: [join(logs, "kafka-1.log"), full.java],
  });
  expect(diskFullIn(join(logs, "gone"))).toBeUndefined();
});

test("any other death is told with how it ended and the log's last twelve lines", () => {
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`);
  const error = failedStart(logOf("catalog", lines.join("\n")), { exitCode: undefined, signal: "SIGSEGV" });

  expect(error).toMatchObject({ code: "SERVER_DIED", got: "it ended with signal SIGSEGV" });
  expect(error.evidence.slice(1)).toEqual(lines.slice(-12));
});

test("what an earlier start of the same server wrote is not this one's reason", () => {
  const log = logOf("s3proxy", taken.s3proxy);
  const later = { ...log, fromByte: taken.s3proxy.length };

  expect(failedStart(later, { exitCode: 1, signal: undefined })).toMatchObject({ code: "SERVER_DIED" });
});

test("a time-out that the log does not explain stays what it was", () => {
  const error = new TypeError("time is up");

  expect(timedOutStart(logOf("catalog", "all is well"), error)).toBe(error);
});

function logOf(server: string, text: string) {
  const logFile = join(temporaryFolder(), `${server}.log`);
  writeFileSync(logFile, text);
  return { server, logFile, fromByte: 0 };
}
