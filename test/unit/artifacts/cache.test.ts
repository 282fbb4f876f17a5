import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cacheFolder, cacheProblem, incomingFolder, openCache, writeWhole } from "#artifacts/cache.ts";
import { placeFolder } from "#artifacts/folders.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

describe("the cache's folder", () => {
  test("is FLOE_CACHE, else in the XDG cache folder, else in the home folder", () => {
    expect(cacheFolder({ FLOE_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
    expect(cacheFolder({ FLOE_CACHE: "", XDG_CACHE_HOME: "/b" })).toBe("/b/floe");
    expect(cacheFolder({})).toBe(join(homedir(), ".cache", "floe"));
  });

  test("is cleared of what ended processes left half done, and of nothing else", async () => {
    const cache = temporaryFolder();
    // Process numbers end at 2^22: nobody has this one.
    for (const pid of [99_999_999, process.pid]) mkdirSync(join(cache, "incoming", `${pid}-x`), { recursive: true });
    await openCache(cache);
    expect(readdirSync(join(cache, "incoming"))).toEqual([`${process.pid}-x`]);
  });

  test.each([
    ["a file is in the way", (at: string) => writeFileSync(at, "")],
    ["it is a link to nowhere", (at: string) => symlinkSync("/nowhere/at/all", at)],
  ])("that cannot be written is one clear error: %s", async (_, spoil) => {
    const place = join(temporaryFolder(), "cache");
    spoil(place);
    await expect(openCache(join(place, "floe"))).rejects.toMatchObject({
      code: "CACHE_NOT_WRITABLE",
      blame: "environment",
      message: expect.stringContaining(place),
      remedy: expect.stringContaining("FLOE_CACHE="),
    });
  });

  test("that is full is told as full; what is not the disk's doing is left alone", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    expect(cacheProblem("/cache", full)).toMatchObject({
      message: "the cache /cache cannot be written: the disk is full",
    });
    const blocked = Object.assign(new Error("connect EACCES"), { code: "EACCES", syscall: "connect" });
    expect(cacheProblem("/cache", blocked)).toBe(blocked);
  });

  test("gets files whole, and temporary folders go", async () => {
    const cache = temporaryFolder();
    await openCache(cache);
    await writeWhole(cache, join(cache, "deep/file"), "text");
    expect(readFileSync(join(cache, "deep/file"), "utf8")).toBe("text");
    {
      await using folder = await incomingFolder(cache);
      expect(existsSync(folder.path)).toBe(true);
    }
    expect(readdirSync(join(cache, "incoming"))).toEqual([]);
  });
});

describe("a folder that is made of other files", () => {
  test("is made once, by whoever comes first", async () => {
    const cache = temporaryFolder();
    await openCache(cache);
    let made = 0;
    const fill = async (folder: string) => writeFileSync(join(folder, "file"), `${++made}`);
    const places = await Promise.all([1, 2].map(() => placeFolder({ cacheDir: cache, path: "made/it", fill })));
    expect(new Set(places).size).toBe(1);
    await placeFolder({ cacheDir: cache, path: "made/it", fill });
    expect(made).toBeLessThanOrEqual(2);
    expect(readdirSync(join(cache, "incoming"))).toEqual([]);
  });

  test("is made again when one of its files was cut off", async () => {
    const cache = temporaryFolder();
    await openCache(cache);
    const fill = async (folder: string) => writeFileSync(join(folder, "file"), "whole");
    const place = await placeFolder({ cacheDir: cache, path: "it", fill });
    writeFileSync(join(place, "file"), "wh");
    await placeFolder({ cacheDir: cache, path: "it", fill });
    expect(readFileSync(join(place, "file"), "utf8")).toBe("whole");
  });

  test("is not there at all where the making failed", async () => {
    const cache = temporaryFolder();
    await openCache(cache);
    const fill = async () => Promise.reject(new Error("no"));
    await expect(placeFolder({ cacheDir: cache, path: "it", fill })).rejects.toThrow("no");
    expect(existsSync(join(cache, "it"))).toBe(false);
  });
});
