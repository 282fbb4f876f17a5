import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshSecret } from "#core/random.ts";
import type { RunningServer } from "#runtime/port.ts";
import { connectObjectStore, type ObjectStoreClient } from "#stages/object-store/client.ts";
import { storedTotals } from "#stages/object-store/progress.ts";
import { objectStoreServer } from "#stages/object-store/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

const keys = { accessKey: freshSecret(), secretKey: freshSecret() };
let here: TestRuntime | undefined;
let server: RunningServer;
let client: ObjectStoreClient;

beforeAll(async () => {
  here = await openTestRuntime();
  server = await here.start(objectStoreServer({ kind: "s3proxy", bucket: "lake", ...keys }));
  client = connectObjectStore({ address: server.address("s3"), bucket: "lake", ...keys });
});
afterAll(async () => {
  client?.[Symbol.dispose]();
  await here?.[Symbol.asyncDispose]();
});

describe("an object store that runs", () => {
  test("has its bucket", async () => {
    expect(await client.bucketExists()).toBe(true);
  });

  test("keeps objects of any size, and lists them by prefix", async () => {
    const big = new Uint8Array(40 * 1024 * 1024).fill(7);
    await client.put("a/one.parquet", new Uint8Array([1, 2, 3]));
    await client.put("a/two.json", big);
    await client.put("b/three", new Uint8Array());
    expect([...((await client.get("a/one.parquet")) ?? [])]).toEqual([1, 2, 3]);
    expect(await client.head("a/two.json")).toMatchObject({ key: "a/two.json", bytes: big.length });
    expect(await client.head("a/none")).toBeUndefined();
    expect(await storedTotals(client, "a/")).toEqual({ objects: 2, bytes: big.length + 3, dataFiles: 1 });
    await client.delete("a/one.parquet");
    expect(await storedTotals(client, "")).toMatchObject({ objects: 2, dataFiles: 0 });
  });

  test("refuses a request that is signed with another key", async () => {
    using stranger = connectObjectStore({ address: server.address("s3"), bucket: "lake", ...keys, secretKey: "wrong" });
    await expect(stranger.bucketExists()).rejects.toMatchObject({
      code: "OBJECT_STORE",
      got: expect.stringContaining("403"),
    });
  });

  test("has its objects again after a kill", async () => {
    await client.put("kept", new Uint8Array([9]));
    await server.kill();
    await expect(client.get("kept")).rejects.toMatchObject({ code: "OBJECT_STORE" });
    await server.restart();
    expect([...((await client.get("kept")) ?? [])]).toEqual([9]);
  });
});
