import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostPort } from "#core/addresses.ts";
import { freshSecret } from "#core/random.ts";
import type { RunningServer } from "#runtime/port.ts";
import { type CatalogClient, restCatalog } from "#stages/iceberg/client.ts";
import { catalogServer } from "#stages/iceberg/server.ts";
import { objectStoreServer } from "#stages/object-store/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

const keys = { accessKey: freshSecret(), secretKey: freshSecret() };
let here: TestRuntime;
let server: RunningServer;
let catalog: CatalogClient;

beforeAll(async () => {
  here = await openTestRuntime();
  const store = await here.start(objectStoreServer({ kind: "s3proxy", bucket: "lake", ...keys }));
  const objectStore = () => store.innerAddress("s3");
  server = await here.start(catalogServer({ warehouse: "s3://lake/warehouse", objectStore, ...keys }));
  catalog = restCatalog(server.address("rest"));
  await post("/v1/namespaces", { namespace: ["db"] });
  const schema = { type: "struct", fields: [{ id: 1, name: "id", required: true, type: "int" }] };
  await post("/v1/namespaces/db/tables", { name: "t", schema });
});
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
});

async function post(path: string, body: unknown): Promise<void> {
  const response = await fetch(`http://${hostPort(server.address("rest"))}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

describe("the catalog", () => {
  test("has no tables where there is no namespace, and no metadata where there is no table", async () => {
    expect(await catalog.tables("nowhere")).toEqual([]);
    expect(await catalog.table({ namespace: "db", table: "nothing" })).toBeUndefined();
  });

  test("knows a table that has no snapshot yet", async () => {
    expect(await catalog.tables("db")).toEqual(["t"]);
    expect(await catalog.table({ namespace: "db", table: "t" })).toMatchObject({
      location: "s3://lake/warehouse/db/t",
      currentId: undefined,
      snapshots: [],
    });
  });

  test("listens on loopback alone, and shares its port with nobody", async () => {
    const { port } = server.address("rest");
    const taken = createServer();
    const outcome = await new Promise<string>((resolve) => {
      taken.once("error", (error) => resolve(error.message));
      taken.listen({ port, host: "127.0.0.1" }, () => resolve("bound"));
    });
    taken.close();
    expect(outcome).toContain("EADDRINUSE");
    await expect(fetch(`http://127.0.0.2:${port}/v1/config`)).rejects.toThrow();
  });

  test("has its tables again after a kill", async () => {
    await server.kill();
    await server.restart();
    expect(await catalog.tables("db")).toEqual(["t"]);
  });
});
