import { expect, test } from "vitest";
import { jvmOptions } from "#runtime/jvm.ts";
import { resolveCommand } from "#runtime/native/command.ts";
import type { NativeParts } from "#runtime/native/parts.ts";
import type { Launch, Part } from "#runtime/port.ts";

const parts: NativeParts = {
  java: { executable: "/jdk/bin/java", version: "17.0.1" },
  classpaths: { kafka: ["/k/a.jar", "/k/b.jar"], catalog: ["/c.jar"], "object-store": ["/s.jar"] },
  mysqld: { command: "/m/ld.so", args: ["--library-path", "/m/lib", "/m/mysqld"] },
  executables: {},
};

test("a Java server gets its tuning, its class path, its main class and its arguments, in this order", () => {
  const launch: Launch = {
    program: { kind: "java", classpath: "kafka", mainClass: "kafka.Kafka", options: ["-Xmx256m"] },
    args: ["server.properties"],
  };

  const { command, args } = resolve("kafka", launch);

  expect(command).toBe("/jdk/bin/java");
  expect(args.slice(-4)).toEqual(["-cp", "/k/a.jar:/k/b.jar", "kafka.Kafka", "server.properties"]);
  expect(args).toContain("-Djava.io.tmpdir=/tmp/of-its-own");
});

test("mysqld is told to run as root where the harness does, after its loader's arguments and its own", () => {
  const { command, args } = resolve("mysql", { program: { kind: "mysqld" }, args: ["--no-defaults", "--port=1"] });

  expect([command, ...args].slice(0, 6).join(" ")).toBe(
    "/m/ld.so --library-path /m/lib /m/mysqld --no-defaults --port=1",
  );
  expect(args.includes("--user=root")).toBe(process.getuid?.() === 0);
});

test("a server's environment is what it was given and little of the harness's own", () => {
  process.env["JAVA_TOOL_OPTIONS"] = "-Dsurprise=1";
  const { env } = resolve("mysql", { program: { kind: "mysqld" }, args: [], env: { AWS_REGION: "none" } });
  delete process.env["JAVA_TOOL_OPTIONS"];

  expect(env).toMatchObject({ AWS_REGION: "none", TMPDIR: "/tmp/of-its-own", PATH: process.env["PATH"] });
  expect(Object.keys(env)).not.toContain("JAVA_TOOL_OPTIONS");
});

test("a program that is not there is the user's to install", () => {
  const launch: Launch = { program: { kind: "executable", name: "rustfs" }, args: [] };

  expect(() => resolve("object-store", launch)).toThrow("there is no program rustfs");
});

test("fast servers get one compiler and the serial collector; the Connect worker keeps both compilers", () => {
  expect(jvmOptions({ part: "kafka", tuning: "fast", options: [] })).toEqual(
    expect.arrayContaining(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]),
  );
  expect(jvmOptions({ part: "connect", tuning: "fast", options: [] })).not.toContain("-XX:TieredStopAtLevel=1");
});

test("the collector that a stage chose is the only one: a JVM refuses to start with two", () => {
  const options = jvmOptions({ part: "connect", tuning: "fast", options: ["-XX:+UseParallelGC", "-Xmx2g"] });

  expect(options.filter((option) => /Use\w+GC/.test(option))).toEqual(["-XX:+UseParallelGC"]);
});

test("with default tuning a JVM decides for itself", () => {
  const options = jvmOptions({ part: "kafka", tuning: "default", options: ["-Xmx1g"] });

  expect(options.filter((option) => /GC|Tiered/.test(option))).toEqual([]);
});

function resolve(part: Part, launch: Launch) {
  return resolveCommand({ parts, part, launch, jvm: "fast", tempDir: "/tmp/of-its-own" });
}
