import { describe, expect, test } from "vitest";
import type { AskMysql, Transaction } from "#core/source.ts";
import { readDump } from "#rehearsal/schema/dump.ts";
import { schemaSource } from "#rehearsal/schema/schema-source.ts";

const dump = `-- MySQL dump
/*!40101 SET character_set_client = utf8 */;
DROP TABLE IF EXISTS \`orders\`;
CREATE TABLE \`orders\` (
  \`id\` int NOT NULL AUTO_INCREMENT,
  \`customer_id\` int NOT NULL,
  \`state\` enum('new','it''s') NOT NULL,
  PRIMARY KEY (\`id\`),
  CONSTRAINT \`fk\` FOREIGN KEY (\`customer_id\`) REFERENCES \`customers\` (\`id\`),
  CONSTRAINT \`positive\` CHECK ((\`id\` > 0))
) ENGINE=InnoDB;
CREATE TABLE \`customers\` (\`id\` int NOT NULL, \`email\` varchar(40) NOT NULL, PRIMARY KEY (\`id\`), UNIQUE KEY \`e\` (\`email\`));
DELIMITER ;;
CREATE TRIGGER \`t\` BEFORE INSERT ON \`orders\` FOR EACH ROW BEGIN SET NEW.id = 1; END ;;
DELIMITER ;
`;

/** What MySQL's information_schema says of these tables. */
const answers: AskMysql = async (sql) => {
  const column = (tbl: string, col: string, type: string, extra = "") => ({
    tbl,
    col,
    type,
    nullable: "NO",
    srid: null,
    extra,
  });
  if (sql.includes("generation_expression"))
    return [
      column("customers", "id", "int"),
      column("customers", "email", "varchar(40)"),
      column("customers", "seen", "datetime", "DEFAULT_GENERATED on update CURRENT_TIMESTAMP"),
      column("customers", "note", "text"),
      column("orders", "id", "int"),
      column("orders", "customer_id", "int"),
      column("orders", "state", "enum('new','it''s')"),
    ];
  if (sql.includes("statistics"))
    return [
      { tbl: "customers", idx: "PRIMARY", col: "id" },
      { tbl: "customers", idx: "e", col: "email" },
      { tbl: "orders", idx: "PRIMARY", col: "id" },
    ];
  return [{ tbl: "orders", con: "fk", col: "customer_id", parent: "customers", pcol: "id" }];
};

const read = (text = dump) => readDump({ file: "schema.sql", text, database: "shop" });

async function learned() {
  const source = schemaSource(await read());
  await source.learn?.(answers);
  return source;
}

function first(count: number, stream: Iterator<Transaction>): Transaction[] {
  return Array.from({ length: count }, () => stream.next().value);
}

const slice = { writer: 0, writers: 1 };

describe("a dump without data", () => {
  test("has parents before children, and says what is left out", async () => {
    const { tables, leftOut } = await read();
    expect(tables.map(({ name }) => name)).toEqual(["customers", "orders"]);
    expect(tables[1]?.ddl).toContain("CHECK ((`id` > 0)) NOT ENFORCED");
    expect(leftOut.join()).toMatch(/1 triggers.*1 CHECK/);
  });

  test("of several databases is read for one, and one without tables is refused", async () => {
    await expect(read(`USE \`crm\`;\n${dump}`)).rejects.toMatchObject({ code: "SCHEMA_EMPTY" });
    await expect(read("SELECT 1;")).rejects.toMatchObject({ code: "SCHEMA_EMPTY" });
  });
});

describe("rows drawn by type", () => {
  test("keys and unique columns never come twice, and references are to rows that stay", async () => {
    const transactions = first(600, (await learned()).transactions({ seed: 1, slice }));
    const changes = transactions.flatMap((each) => each.changes);
    for (const [table, column] of [
      ["customers", "id"] as const,
      ["customers", "email"] as const,
      ["orders", "id"] as const,
    ]) {
      const made = changes.flatMap((each) =>
        each.table === table && each.kind === "insert" ? [each.after?.[column]] : [],
      );
      expect(new Set(made).size).toBe(made.length);
    }
    const gone = changes.flatMap((each) =>
      each.table === "customers" && each.kind === "delete" ? [each.key["id"]] : [],
    );
    const referred = changes.flatMap((each) => (each.table === "orders" ? [each.after?.["customer_id"]] : []));
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.filter((id) => referred.includes(id))).toEqual([]);
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(["insert", "update", "delete"]));
  });

  test("the same seed writes the same, another seed something else", async () => {
    const write = async (seed: number) => JSON.stringify(first(50, (await learned()).transactions({ seed, slice })));
    expect(await write(1)).toBe(await write(1));
    expect(await write(1)).not.toBe(await write(2));
  });

  test("a time that MySQL would write by itself is written with every update", async () => {
    const updates = first(300, (await learned()).transactions({ seed: 1, slice })).filter(
      ({ label, changes }) => label === "update" && changes[0]?.table === "customers",
    );
    expect(updates.length).toBeGreaterThan(0);
    expect(updates.filter(({ statements }) => !statements[0]?.sql.includes("`seen` ="))).toEqual([]);
  });

  test("a key that a topic spells in its own way is refused by name", async () => {
    const source = schemaSource(await read());
    const strange: AskMysql = async (sql) =>
      (await answers(sql)).map((row) =>
        row["col"] === "id" && row["tbl"] === "orders" ? { ...row, type: "datetime(6)" } : row,
      );
    await expect(source.learn?.(strange)).rejects.toMatchObject({
      code: "KEY_TYPE",
      message: expect.stringContaining("orders"),
    });
  });
});
