import { afterAll, describe, expect, test } from "vitest";
import { environmentError } from "#core/errors.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { FaultContext } from "#run/context.ts";
import { tableOf } from "#run/faults/lake.ts";
import { faults } from "#run/faults.ts";
import { ancestry } from "#stages/iceberg/metadata.ts";
import { dropColumn, expireSnapshots, rollBack } from "#stages/iceberg/surgery.ts";
import { dataFiles, expectFound, expectValid, plant, sharedStack, whenSettled } from "./planting.ts";

const stack = sharedStack();
afterAll(() => stack[Symbol.asyncDispose]());

// Longer than a commit of the sink: its tables get more than one snapshot.
const workload = mixed({ writers: 1, operations: 60, operationsPerSecond: 20 });
const struck = (label: string, inject: (context: FaultContext) => Promise<void>) =>
  stack.run({ workload, faults: [plant(label, inject, whenSettled)] });

describe.concurrent("in the catalog, behind the sink's back", () => {
  test("a row inserted into the lake", async () => {
    const told = await struck("insert a row", (context) =>
      context.changeLake(async (lake) => {
        const table = lake.relation("departments");
        await lake.run(
          `INSERT INTO ${table} SELECT * REPLACE ('zzzz' AS dept_no, NULL AS _kafka_metadata) FROM ${table} LIMIT 1`,
        );
      }),
    );
    expectFound(told, { class: "phantom", hop: "object-store->catalog", table: "departments", key: "dept_no=zzzz" });
  });

  test("a row deleted from the lake", async () => {
    const told = await struck("delete a row", (context) =>
      context.changeLake((lake) => lake.run(`DELETE FROM ${lake.relation("departments")} WHERE dept_no = 'd007'`)),
    );
    expectFound(told, { class: "lost", hop: "object-store->catalog", table: "departments", key: "dept_no=d007" });
  });

  test("a row updated in the lake", async () => {
    const told = await struck("update a row", (context) =>
      context.changeLake((lake) =>
        lake.run(`UPDATE ${lake.relation("departments")} SET dept_name = 'Planted' WHERE dept_no = 'd008'`),
      ),
    );
    expectFound(told, {
      class: "value-changed",
      hop: "object-store->catalog",
      table: "departments",
      key: "dept_no=d008",
    });
  });

  test("the table rolled back to an older snapshot", async () => {
    const told = await struck("roll back", async (context) => {
      const { table, ids } = await oftenest(context);
      await rollBack(tableOf(context, table), ids[1] ?? 0n);
    });
    expectFound(told, { class: "lost", hop: "object-store->catalog" });
  });

  test("the table dropped and made again", async () => {
    const told = await struck("make the table again", (context) =>
      context.changeLake(async (lake) => {
        const table = lake.relation("titles");
        await lake.run(`CREATE TEMP TABLE one AS SELECT * FROM ${table} LIMIT 1`);
        await lake.run(`DROP TABLE ${table}`);
        await lake.run(`CREATE TABLE ${table} AS SELECT * FROM one`);
      }),
    );
    expectFound(told, { class: "lost", hop: "object-store->catalog", table: "titles" });
  });

  test("a column dropped in the lake", async () => {
    const told = await struck("drop a column", (context) => dropColumn(tableOf(context, "departments"), "dept_name"));
    expectFound(told, { class: "type-changed", hop: "object-store->catalog", table: "departments", key: "dept_name" });
  });
});

describe.concurrent("in the object store", () => {
  test("a data file deleted from the bucket", async () => {
    const told = await struck("delete a data file", async (context) => {
      const [file] = await dataFiles(context, "departments");
      await context.clients.objectStore.delete(file ?? "");
    });
    expectFound(told, { class: "lost", hop: "sink->object-store", table: "departments" });
  });

  test("a data file put into the bucket that no manifest names", async () => {
    const told = await struck("put a data file", (context) =>
      context.changeLake(async (lake) => {
        const [file] = await dataFiles(context, "departments");
        const path = `s3://${context.clients.objectStore.bucket}/${file?.replace(/[^/]+$/, "planted.parquet")}`;
        await lake.run(
          `COPY (SELECT * REPLACE (struct_pack(topic := _kafka_metadata.topic, "partition" := 0, "offset" := 1000000::BIGINT) AS _kafka_metadata)
            FROM ${lake.relation("departments")} LIMIT 1) TO '${path}' (FORMAT parquet)`,
        );
      }),
    );
    expectFound(told, { class: "orphan-file", hop: "object-store->catalog", table: "departments" });
  });
});

describe.concurrent("what is right stays valid", () => {
  test("a copy of a data file that no manifest names: its rows are all elsewhere", async () => {
    const told = await struck("copy a data file", async (context) => {
      const { objectStore } = context.clients;
      const [file = ""] = await dataFiles(context, "departments");
      await objectStore.put(file.replace(/[^/]+$/, "copy.parquet"), (await objectStore.get(file)) ?? new Uint8Array());
    });
    expectValid(told);
  });

  test("a snapshot properly expired", async () => {
    const told = await struck("expire a snapshot", async (context) => {
      const { table, ids } = await oftenest(context);
      await expireSnapshots(tableOf(context, table), ids.slice(1));
    });
    expectValid(told);
  });

  test("a compaction of the table's files", async () => {
    const told = await struck("compact", (context) =>
      context.changeLake(async (lake) => {
        const table = lake.relation("departments");
        await lake.run(`CREATE TEMP TABLE all_rows AS SELECT * FROM ${table}`);
        await lake.run("BEGIN");
        await lake.run(`DELETE FROM ${table}`);
        await lake.run(`INSERT INTO ${table} SELECT * FROM all_rows`);
        await lake.run("COMMIT");
      }),
    );
    expectValid(told);
  });

  test("a compaction that is under way while the sink commits: it is refused", async () => {
    const when = { event: { control: "commit-to-table", table: "salaries", nth: 1 } } as const;
    const long = mixed({ writers: 1, operations: 400, operationsPerSecond: 20 });
    const told = await stack.run({
      workload: long,
      faults: [faults.lake.compactMeanwhile({ when, table: "salaries" })],
    });
    expectValid(told);
    const proof = told.events.find((event) => event.type === "fault" && event.state === "proved");
    expect(proof).toMatchObject({ detail: expect.stringContaining("refused, as snapshot") });
  });
});

/** The table with the most snapshots, from the current one back. */
async function oftenest({ clients, pipeline: { spec } }: FaultContext): Promise<{ table: string; ids: bigint[] }> {
  const all = await Promise.all(
    spec.tables.map(async (table) => {
      const metadata = await clients.catalog.table({ namespace: spec.names.namespace, table });
      return { table, ids: metadata === undefined ? [] : ancestry(metadata).map(({ id }) => id) };
    }),
  );
  const most = all.reduce((a, b) => (b.ids.length > a.ids.length ? b : a));
  if (most.ids.length > 1) return most;
  throw environmentError({
    code: "TOO_FEW",
    what: "no table has more than one snapshot",
    remedy: "give the workload more time than one commit takes",
  });
}
