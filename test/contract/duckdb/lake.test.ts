import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshSecret } from "#core/random.ts";
import { type LakeQuery, type LakeQueryOptions, openLakeQuery } from "#stages/duckdb/client.ts";
import { catalogServer } from "#stages/iceberg/server.ts";
import { connectObjectStore } from "#stages/object-store/client.ts";
import { objectStoreServer } from "#stages/object-store/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

const keys = { accessKey: freshSecret(), secretKey: freshSecret() };
let here: TestRuntime | undefined;
let options: LakeQueryOptions;

beforeAll(async () => {
  here = await openTestRuntime();
  const store = await here.start(objectStoreServer({ kind: "s3proxy", bucket: "lake", ...keys }));
  const objectStore = { address: store.address("s3"), ...keys };
  const warehouse = "s3://lake/warehouse";
  const spec = catalogServer({ warehouse, objectStore: () => store.innerAddress("s3"), ...keys });
  const catalog = await here.start(spec);
  options = {
    extensionsFolder: here.parts.duckdbExtensions.folder,
    memoryLimit: "1GB",
    spillFolder: join(tmpdir(), "floe-spill"),
    lake: { kind: "rest", catalog: catalog.address("rest"), warehouse, namespace: "db" },
    objectStore,
  };
});
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
});

describe("the lake in DuckDB", () => {
  test("is read through the catalog, and sees a table that was made since", async () => {
    using writer = await openLakeQuery({ ...options, writable: true });
    await writer.run("CREATE SCHEMA lake.db");
    using reader = await openLakeQuery(options);

    await writer.run(
      "CREATE TABLE lake.db.people AS SELECT 1 AS id, 'Ann' AS name, TIMESTAMPTZ '2020-01-01 12:00:00+02' AS since",
    );
    expect(await reader.rows(`SELECT * FROM ${reader.relation("people")}`)).toEqual([
      { id: "1", name: "Ann", since: "2020-01-01 10:00:00+00" },
    ]);
  });

  test("shows new rows of a table that it knows without a refresh", async () => {
    using writer = await openLakeQuery({ ...options, writable: true });
    using reader = await openLakeQuery(options);
    const before = await people(reader);
    await writer.run("INSERT INTO lake.db.people VALUES (2, 'Bob', now())");
    expect(await people(reader)).toBe(before + 1);
  });

  test("is read-only unless asked otherwise", async () => {
    using reader = await openLakeQuery(options);
    await expect(reader.run("DELETE FROM lake.db.people")).rejects.toMatchObject({ code: "DUCKDB" });
  });

  test("is read without a catalog server where the table has a version hint, as a Hadoop catalog leaves it", async () => {
    using store = connectObjectStore({ ...options.objectStore, bucket: "lake" });
    const metadata: string[] = [];
    for await (const object of store.list("warehouse/db/people/metadata/")) {
      if (object.key.endsWith(".metadata.json")) metadata.push(object.key);
    }
    const newest = metadata.toSorted().at(-1) ?? "";
    await store.put("hadoop/db/people/metadata/v1.metadata.json", (await store.get(newest)) ?? new Uint8Array());
    await store.put("hadoop/db/people/metadata/version-hint.text", Buffer.from("1"));

    using reader = await openLakeQuery({
      ...options,
      lake: { kind: "hadoop", warehouse: "s3://lake/hadoop", namespace: "db" },
    });
    expect(await people(reader)).toBeGreaterThan(0);
  });

  test("whose catalog is gone ends in an error that names the address", async () => {
    const lost = {
      ...options,
      lake: { kind: "rest", catalog: { host: "127.0.0.1", port: 1 }, warehouse: "s3://lake/x", namespace: "db" },
    } as const;
    await expect(openLakeQuery(lost)).rejects.toMatchObject({
      code: "DUCKDB",
      message: expect.stringContaining("127.0.0.1:1"),
    });
  });
});

async function people(reader: LakeQuery): Promise<number> {
  const [row] = await reader.rows(`SELECT count(*) AS rows FROM ${reader.relation("people")}`);
  return Number(row?.["rows"]);
}
