import { describe, expect, test } from "vitest";
import { Bytes } from "#stages/mysql/binlog/bytes.ts";
import { readStatement } from "#stages/mysql/binlog/statements.ts";

/** The body of a QUERY event, from a session in a database that touches others. */
function query(sql: string, touched: readonly string[] | undefined = ["db"]): Bytes {
  const [database, head] = [Buffer.from("home"), Buffer.alloc(13)];
  const names =
    touched === undefined ? [] : [12, touched.length, ...Buffer.from(touched.map((name) => `${name}\0`).join(""))];
  const variables = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 3, 0x73, 0x74, 0x64, ...names]);
  head.writeUInt8(database.length, 8);
  head.writeUInt16LE(variables.length, 11);
  return new Bytes(Buffer.concat([head, variables, database, Buffer.from([0]), Buffer.from(sql)]));
}

const read = (sql: string, touched?: readonly string[]) =>
  readStatement(query(sql, touched), "db", { file: "binlog.000001", pos: 4 });

describe("a statement in the binlog", () => {
  test("is told where it touches the database, or nobody knows what it touches", () => {
    expect(read("ALTER TABLE t ADD c INT")).toBe("ALTER TABLE t ADD c INT");
    expect(read("ALTER TABLE t ADD c INT", ["another"])).toBeUndefined();
    expect(read("RENAME TABLE another.a TO db.a", ["another", "db"])).toBeDefined();
    const tooMany = Array.from({ length: 20 }, (_, at) => `d${at}`);
    expect(read("DROP TABLE many", tooMany)).toBe("DROP TABLE many");
  });

  test("is not told where it only begins or ends something", () => {
    for (const sql of ["BEGIN", "COMMIT", "SAVEPOINT `s`", "ROLLBACK TO `s`", "XA START X'78',X'',1"]) {
      expect(read(sql)).toBeUndefined();
    }
  });

  test("that takes back rows told before cannot be passed over, in whatever database", () => {
    for (const sql of ["ROLLBACK", "rollback", "XA COMMIT X'78',X'',1", "XA ROLLBACK X'78',X'',1"]) {
      expect(() => read(sql, ["another"])).toThrow(expect.objectContaining({ code: "BINLOG_UNREADABLE" }));
    }
  });

  test("that changes rows is an error, also behind comments", () => {
    for (const sql of [
      "INSERT INTO t VALUES (1)",
      "/* app */ -- by hand\n  delete from t",
      "# x\nLOAD DATA INFILE 'f'",
    ]) {
      expect(() => read(sql)).toThrow(expect.objectContaining({ code: "BINLOG_NOT_ROWS" }));
    }
    expect(read("UPDATE t SET a = 1", ["another"])).toBeUndefined();
  });
});
