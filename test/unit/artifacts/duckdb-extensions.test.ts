import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openCache } from "#artifacts/cache.ts";
import { ensureExtensions, extensionsInCache } from "#artifacts/duckdb-extensions.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

const names = ["avro", "httpfs", "iceberg", "mysql_scanner"];
const platform = `${process.platform === "darwin" ? "osx" : process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
let cacheDir: string;
beforeEach(async () => {
  cacheDir = temporaryFolder();
  await openCache(cacheDir);
});

describe("DuckDB's extensions", () => {
  test("are taken from where DuckDB's INSTALL puts them", async () => {
    const folder = await ensureExtensions(options(async (into) => installed(into, names)));
    expect(folder).toBe(join(cacheDir, "duckdb-extensions/1.5.5/v1.5.5", platform));
    expect(readdirSync(folder).toSorted()).toEqual(names.map((name) => `${name}.duckdb_extension`));
  });

  test("are installed once, and again when one is damaged", async () => {
    let installs = 0;
    const install = async (into: string) => installed(into, names, `${++installs}`);
    const folder = await ensureExtensions(options(install));
    await ensureExtensions(options(install));
    expect(installs).toBe(1);
    rmSync(join(folder, "avro.duckdb_extension"));
    expect(extensionsInCache({ cacheDir, version: "1.5.5" })).toBeUndefined();
    await ensureExtensions(options(install));
    expect(installs).toBe(2);
  });

  test.each([
    ["fails", async () => Promise.reject(new Error("no way to the host"))],
    ["brings only some", async (into: string) => installed(into, ["avro"])],
  ])("come another way when INSTALL %s: without wheels there is none", async (_, install) => {
    await expect(ensureExtensions(options(install))).rejects.toMatchObject({ code: "EXTENSIONS_INCOMPLETE" });
    expect(extensionsInCache({ cacheDir, version: "1.5.5" })).toBeUndefined();
  });
});

function options(install: (folder: string) => Promise<void>) {
  return { cacheDir, version: "1.5.5", wheels: [], install, onProgress: () => undefined };
}

function installed(folder: string, extensions: readonly string[], content = ""): void {
  const into = join(folder, "v1.5.5", platform);
  mkdirSync(into, { recursive: true });
  for (const name of extensions) writeFileSync(join(into, `${name}.duckdb_extension`), content);
}
