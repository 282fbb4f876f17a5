import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type NativeRuntime, openNativeRuntime } from "#runtime/native/runtime.ts";
import { markedProcesses } from "#runtime/processes.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";
import { tinyData, tinyOptions, tinySpec } from "./tiny-stack.ts";

test("prepared data is made once and copied for each server, without what must be each server's own", async () => {
  const base = temporaryFolder();
  const cacheDir = join(base, "cache");
  const first = tinyOptions(join(base, "first"), { cacheDir });
  const second = tinyOptions(join(base, "second"), { cacheDir });
  await using one = await openNativeRuntime(first);
  await using two = await openNativeRuntime(second);

  // Two servers of one stack and one of another, all at once: one maker's data wins.
  await Promise.all([startTiny(one, "a"), startTiny(one, "b"), startTiny(two, "a")]);

  const folders = [join(first.folder, "data", "a"), join(first.folder, "data", "b"), join(second.folder, "data", "a")];
  const [made] = readdirSync(join(cacheDir, "prepared"));
  expect(made).toMatch(/^object-store-[0-9a-f]{16}-tiny_1$/);
  expect(readdirSync(join(cacheDir, "prepared"))).toEqual([made]);
  const maker = readFileSync(join(cacheDir, "prepared", made ?? "", "made-by"), "utf8");
  for (const folder of folders) {
    expect(readFileSync(join(folder, "made-by"), "utf8")).toBe(maker);
    expect(existsSync(join(folder, "own.id"))).toBe(false);
  }
});

test("a restart keeps the server's own data: nothing is copied over it", async () => {
  const base = temporaryFolder();
  const options = tinyOptions(base, { cacheDir: join(base, "cache") });
  await using runtime = await openNativeRuntime(options);
  const server = await startTiny(runtime, "a");

  await server.restart();

  expect(readFileSync(join(options.folder, "data", "a", "starts"), "utf8")).toBe("xx");
});

test("data that could not be made is told with the maker's last words, and none of it stays in the cache", async () => {
  const base = temporaryFolder();
  const options = tinyOptions(base, { cacheDir: join(base, "cache") });
  await using runtime = await openNativeRuntime(options);
  const prepared = tinyData("die:no such character set");
  const placed = await runtime.place(tinySpec({ name: "a", prepared }));

  await expect(placed.start()).rejects.toMatchObject({
    code: "SERVER_DIED",
    message: "the first data of a could not be made",
    evidence: [join(options.folder, "logs", "a-prepare.log"), "first line of a", "no such character set"],
  });
  expect(readdirSync(join(base, "cache", "prepared"))).toEqual([]);
  expect(markedProcesses(options.stackId)).toEqual([]);
});

async function startTiny(runtime: NativeRuntime, name: string) {
  return (await runtime.place(tinySpec({ name, prepared: tinyData() }))).start();
}
