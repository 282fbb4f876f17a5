import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openCache } from "#artifacts/cache.ts";
import { objectStoreProgram } from "#artifacts/executables.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

const path = process.env["PATH"];
afterEach(() => void (process.env["PATH"] = path));

test("MinIO's build leaves nothing but MinIO, wherever Go puts its files", async () => {
  const [cache, programs] = [temporaryFolder(), temporaryFolder()];
  await openCache(cache);
  // Stands in for Go: fills each folder that it is told of, and installs a program.
  const go = join(programs, "go");
  writeFileSync(
    go,
    '#!/bin/sh\nset -e\nfor at in "$GOBIN" "$GOMODCACHE" "$GOCACHE"; do mkdir "$at"; done\n' +
      'for at in "$GOBIN/minio" "$GOMODCACHE/m" "$GOCACHE/c" "$GOTMPDIR/t"; do echo "$@" > "$at"; done\n',
  );
  chmodSync(go, 0o755);
  process.env["PATH"] = `${programs}:/usr/bin:/bin`;
  const program = await objectStoreProgram(cache, "minio", () => undefined);
  expect(readFileSync(program, "utf8")).toContain("install -trimpath github.com/minio/minio@v0.0.0-");
  expect(readdirSync(join(cache, "incoming"))).toEqual([]);
  expect(readdirSync(cache).toSorted()).toEqual(expect.arrayContaining(["incoming", "programs"]));
});

test("RustFS comes from PATH alone", async () => {
  process.env["PATH"] = temporaryFolder();
  await expect(objectStoreProgram(temporaryFolder(), "rustfs", () => undefined)).rejects.toMatchObject({
    code: "PROGRAM_MISSING",
  });
});
