import { statSync, writeFileSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeRunFolder } from "#run/folder.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

test("runs of one scenario that begin at once have folders of their own", async () => {
  const runs = temporaryFolder();
  const made = await Promise.all(Array.from({ length: 20 }, () => makeRunFolder({ runs, scenario: "some/scenario" })));

  expect(new Set(made.map(({ path }) => path)).size).toBe(20);
  for (const folder of made) expect(statSync(folder.file("logs")).isDirectory()).toBe(true);
  expect(made.map(({ path }) => path)).toContain(join(runs, await readlink(join(runs, "latest"))));
});

test("a folder that cannot be made is told, with what to do", async () => {
  const runs = join(temporaryFolder(), "a-file");
  writeFileSync(runs, "");

  await expect(makeRunFolder({ runs, scenario: "some/scenario" })).rejects.toMatchObject({
    code: "RUN_FOLDER",
    message: expect.stringContaining("could not be written"),
  });
});
