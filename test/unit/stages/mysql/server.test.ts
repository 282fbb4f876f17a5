import { describe, expect, test } from "vitest";
import type { Launch, Place } from "#runtime/port.ts";
import { binlogStatusStatement } from "#stages/mysql/progress.ts";
import { type MysqlServerOptions, mysqlServer } from "#stages/mysql/server.ts";

const place: Place = {
  bindHost: "127.0.0.1",
  port: () => 33_060,
  dataDir: "/data/mysql",
  file: (name) => `/config/${name}`,
};

const secrets = { root: "root-secret", harness: "harness-secret", debezium: "it's\\secret", duckdb: "duckdb-secret" };

function launched(options: Partial<MysqlServerOptions> = {}): Launch {
  return mysqlServer({ positions: "gtid", profile: "fast", secrets, ...options }).launch(place);
}

describe("the description of a MySQL", () => {
  test("begins with --no-defaults, so that no file of the machine's changes it", () => {
    expect(launched().args[0]).toBe("--no-defaults");
    expect(mysqlServer({ positions: "gtid", profile: "fast", secrets }).prepared?.make(place).args[0]).toBe(
      "--no-defaults",
    );
  });

  test("turns GTIDs on or off", () => {
    expect(launched().args).toContain("--gtid-mode=ON");
    expect(launched({ positions: "file" }).args).toContain("--gtid-mode=OFF");
  });

  test("leaves durability to MySQL's own defaults in the prod-like profile", () => {
    expect(launched().args).toContain("--sync-binlog=0");
    expect(launched({ profile: "prod-like" }).args.filter((arg) => /sync-binlog|flush|doublewrite/.test(arg))).toEqual(
      [],
    );
  });

  test("lets the caller's settings win, each option once", () => {
    const { args } = launched({ settings: { "max-connections": "7" } });
    expect(args.filter((arg) => arg.startsWith("--max-connections"))).toEqual(["--max-connections=7"]);
  });

  test("names its socket relative to the data folder, whose path may be long", () => {
    expect(launched().args).toContain("--socket=m.sock");
  });

  test("has passwords in its file only, quoted", () => {
    const { args, files } = launched();
    expect(args.join(" ")).not.toContain("secret");
    expect(files?.["users.sql"]).toContain(String.raw`IDENTIFIED BY 'it''s\\secret'`);
  });
});

test("the binlog's status is asked for in the words that each version knows", () => {
  expect(binlogStatusStatement("8.0.43-0ubuntu0.24.04.1")).toBe("SHOW MASTER STATUS");
  expect(binlogStatusStatement("8.4.6")).toBe("SHOW BINARY LOG STATUS");
  expect(binlogStatusStatement("9.7.4-2")).toBe("SHOW BINARY LOG STATUS");
});
