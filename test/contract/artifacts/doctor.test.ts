import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examine } from "#artifacts/doctor.ts";
import type { PartsRequest } from "#artifacts/resolve.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";

describe("the doctor", () => {
  test("looks at every part of an empty cache, says what to do, and fetches nothing", async () => {
    const cacheDir = temporaryFolder();
    const rows = await examine(request(cacheDir));
    const parts = "cache java mysql kafka debezium iceberg catalog object-store duckdb".split(" ");
    expect(rows.map((row) => row.part)).toEqual(parts);
    expect(rows.find((row) => row.part === "iceberg")?.todo).toMatch(
      /^\.\/floe setup fetches \d+ files, \d+ MB, of 1\.12\.0$/,
    );
    expect(rows.find((row) => row.part === "kafka")?.from).toBe("lock file (4.3.1, 4.1.2, 3.9.1)");
    expect(readdirSync(cacheDir)).not.toContain("maven");
  });

  test("tells of a cache that cannot be written, and looks on", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const rows = await examine(request(join(file, "cache")));
    expect(rows.find((row) => row.part === "cache")?.todo).toContain("FLOE_CACHE=");
    expect(rows).toHaveLength(9);
  });

  test("tells of versions that need Maven, clash, or whose plugin is not there", async () => {
    const rows = await examine({
      ...request(temporaryFolder()),
      set: { kafka: "4.2.0", debezium: "2.7.4.Final" },
      mysqld: "/nowhere/mysqld",
      plugins: ["/nowhere/plugin.zip"],
      catalog: "hadoop",
    });
    const todo = Object.fromEntries(rows.map((row) => [row.part, row.todo]));
    expect(todo["kafka"]).toContain("./floe setup --set kafka=4.2.0");
    expect(todo["mysql"]).toContain("--mysqld /nowhere/mysqld cannot be used");
    expect(todo["plugin"]).toContain("--plugin /nowhere/plugin.zip cannot be used");
    expect(todo["iceberg-hadoop"]).toContain("5 files");
  });
});

function request(cacheDir: string): PartsRequest {
  return { set: {}, cacheDir, objectStore: "s3proxy", catalog: "rest", plugins: [], onProgress: () => undefined };
}
