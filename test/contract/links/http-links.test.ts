import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Address, hostPort } from "#core/addresses.ts";
import { freshSecret } from "#core/random.ts";
import { Scope } from "#core/scope.ts";
import { openLinks } from "#runtime/links.ts";
import type { ProxiedCatalogLink, ProxiedStoreLink } from "#runtime/proxied-links.ts";
import { catalogServer } from "#stages/iceberg/server.ts";
import { connectObjectStore, type ObjectStoreClient } from "#stages/object-store/client.ts";
import { objectStoreServer } from "#stages/object-store/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

// The real catalog, whose own S3 client goes through a proxy, and the real object store.
const scope = new Scope("test");
const keys = { accessKey: freshSecret(), secretKey: freshSecret() };
let here: TestRuntime;
let catalog: Address;
let client: ObjectStoreClient;
let store: ProxiedStoreLink;
let catalogStore: ProxiedStoreLink;
let rest: ProxiedCatalogLink;

beforeAll(async () => {
  here = await openTestRuntime();
  const proxied = new Set(["sink->catalog", "harness->object-store", "catalog->object-store"] as const);
  const links = openLinks({ scope, proxied, runtime: here.runtime });
  const objects = await here.runtime.place(objectStoreServer({ kind: "s3proxy", bucket: "lake", ...keys }));
  const forCatalog = await links.link("catalog->object-store", { server: objects, port: "s3" });
  const spec = catalogServer({ warehouse: "s3://lake/warehouse", objectStore: () => forCatalog, ...keys });
  const placed = await here.runtime.place(spec);
  await Promise.all([objects.start(), placed.start()]);
  catalog = await links.link("sink->catalog", { server: placed, port: "rest" });
  const address = await links.link("harness->object-store", { server: objects, port: "s3" });
  client = connectObjectStore({ address, bucket: "lake", ...keys });
  store = links.proxyOf("harness->object-store");
  catalogStore = links.proxyOf("catalog->object-store");
  rest = links.proxyOf("sink->catalog");
  await post("/v1/namespaces", { namespace: ["db"] });
});
afterEach(() => {
  for (const link of [store, rest]) link?.heal();
});
afterAll(async () => {
  client?.[Symbol.dispose]();
  await scope[Symbol.asyncDispose]();
  await here?.[Symbol.asyncDispose]();
});

async function post(path: string, body: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://${hostPort(catalog)}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

async function makeTable(name: string): Promise<void> {
  const schema = { type: "struct", fields: [{ id: 1, name: "id", required: true, type: "int" }] };
  expect((await post("/v1/namespaces/db/tables", { name, schema })).status).toBe(200);
}

const setProperty = (value: string) => ({
  requirements: [],
  updates: [{ action: "set-properties", updates: { mark: value } }],
});

async function mark(table: string): Promise<unknown> {
  const answer = await fetch(`http://${hostPort(catalog)}/v1/namespaces/db/tables/${table}`);
  const told = (await answer.json()) as { metadata: { properties: Record<string, string> } };
  return told.metadata.properties.mark;
}

test("objects of any size pass in both directions, signed and in chunks, and are told apart", async () => {
  const big = new Uint8Array(40 * 1024 * 1024).map((_, at) => at % 251);
  await client.put("warehouse/db/t/data/one.parquet", big);
  await client.put("warehouse/db/t/metadata/empty.json", new Uint8Array());

  expect(Buffer.from((await client.get("warehouse/db/t/data/one.parquet")) ?? []).equals(big)).toBe(true);
  expect((await client.get("warehouse/db/t/metadata/empty.json"))?.length).toBe(0);
  expect(await client.head("warehouse/db/t/data/none")).toBeUndefined();
  expect((["put-data-file", "put-metadata", "get", "head"] as const).map((kind) => store.requests(kind))).toEqual([
    1, 1, 2, 1,
  ]);
});

test("the catalog's own client writes through its proxy: Iceberg's S3FileIO", async () => {
  await makeTable("made");
  expect(catalogStore.requests("put-metadata")).toBeGreaterThan(0);
  expect(rest.requests("create-table")).toBe(1);
});

test("a commit that was made and answered 502 is made", async () => {
  await makeTable("unknown");
  const rule = rest.rule({ on: { kind: "commit", table: "unknown" }, do: { forwardThenAnswer: { status: 502 } } });
  const told = await post("/v1/namespaces/db/tables/unknown", setProperty("made"));

  expect(told.status).toBe(502);
  expect(rule.struck()).toBe(1);
  expect(await mark("unknown")).toBe("made");
});

test("a commit that was answered 409 is not made, and says so in the catalog's words", async () => {
  await makeTable("refused");
  rest.rule({ on: { kind: "commit", nth: 1 }, do: { answer: { status: 409 } } });
  const told = await post("/v1/namespaces/db/tables/refused", setProperty("one"));
  expect(told.status).toBe(409);
  expect(JSON.parse(told.text)).toMatchObject({ error: { code: 409, type: "CommitFailedException" } });
  expect(await mark("refused")).toBeUndefined();
  expect((await post("/v1/namespaces/db/tables/refused", setProperty("two"))).status).toBe(200);
  expect(await mark("refused")).toBe("two");
});

test("a held commit is made when it is let go; loads go on meanwhile", async () => {
  await makeTable("held");
  const hold = rest.hold({ kind: "commit", table: "held" });
  const committing = post("/v1/namespaces/db/tables/held", setProperty("late"));
  expect(await hold.held).toBe(true);
  expect(await mark("held")).toBeUndefined();
  hold.release();
  expect((await committing).status).toBe(200);
  expect(await mark("held")).toBe("late");
});

test("503 SlowDown is what S3's clients take it for, and so are an object gone and a body cut off", async () => {
  await client.put("a", new Uint8Array([1]));
  store.rule({ on: { kind: "put-other", nth: 1 }, do: { answer: { status: 503 } } });
  await expect(client.put("b", new Uint8Array([1]))).rejects.toMatchObject({
    code: "OBJECT_STORE",
    got: expect.stringMatching(/SlowDown|503/),
  });
  store.rule({ on: { kind: "get", nth: 1 }, do: { answer: { status: 404 } } });
  expect(await client.get("a")).toBeUndefined();
  await client.put("c", new Uint8Array(1_000_000));
  store.rule({ on: { kind: "get", path: /\/c\b/ }, do: { truncate: { bytes: 500_000 } } });
  await expect(client.get("c")).rejects.toMatchObject({ code: "OBJECT_STORE" });
});
