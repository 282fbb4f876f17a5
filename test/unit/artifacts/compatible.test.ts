import { describe, expect, test } from "vitest";
import { assertCompatible } from "#artifacts/compatible.ts";

const today = { kafka: "4.3.1", debezium: "3.6.1.Final", iceberg: "1.12.0", catalog: "1.11.0" };

describe("versions that cannot go together", () => {
  test.each(["8.4.0", "9.7.4"])("are refused by name: Debezium 2.7 with MySQL %s", (mysql) => {
    expect(() => assertCompatible({ ...today, debezium: "2.7.4.Final", mysql })).toThrow(
      expect.objectContaining({
        code: "VERSIONS_CLASH",
        blame: "usage",
        message: `Debezium 2.7.4.Final cannot read the binlog of MySQL ${mysql}`,
        got: expect.stringContaining("SHOW MASTER STATUS"),
      }),
    );
  });

  test("are refused when Connect has no offsets API, or the sink was not published whole", () => {
    expect(() => assertCompatible({ ...today, kafka: "3.5.2" })).toThrow("Kafka 3.5.2 cannot be used");
    expect(() => assertCompatible({ ...today, iceberg: "1.7.1" })).toThrow("Iceberg 1.7.1 cannot be used");
  });
});

describe("versions that go together", () => {
  test.each([
    { ...today, mysql: "9.7.4" },
    { ...today, debezium: "2.7.4.Final", mysql: "8.0.43" },
    { ...today, debezium: "3.0.0.Final", mysql: "8.4.0" },
    { ...today, kafka: "3.9.1", iceberg: "1.10.1" },
    // No mysqld was found yet: nothing to clash with.
    { ...today, debezium: "2.7.4.Final" },
  ])("pass: %o", (versions) => {
    expect(() => assertCompatible(versions)).not.toThrow();
  });
});
