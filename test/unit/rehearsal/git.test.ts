import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "#process/run.ts";
import { changedSince, filesAt } from "#rehearsal/git.ts";

async function repository() {
  const cwd = mkdtempSync(join(tmpdir(), "floe-git-"));
  const git = (...args: readonly string[]) =>
    run({
      command: "git",
      args: ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...args],
      what: "prepare a repository",
      withinMs: 20_000,
      remedy: "see git",
      cwd,
    });
  mkdirSync(join(cwd, "connectors"));
  const write = (name: string, prefix: string) =>
    writeFileSync(
      join(cwd, "connectors", name),
      JSON.stringify({ "topic.prefix": prefix, "connector.class": "x.MySqlConnector" }),
    );
  write("one.json", "old");
  write("two.json", "old");
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-qm", "before");
  await git("checkout", "-qb", "change");
  write("one.json", "new");
  await git("commit", "-qam", "after");
  write("three.json", "fresh");
  return cwd;
}

test("the files that differ are those of this branch and those that git does not know yet", async () => {
  expect(await changedSince("main", await repository())).toEqual(["connectors/one.json", "connectors/three.json"]);
});

test("a folder is read as it was when the branch began", async () => {
  const files = await filesAt("main", { folder: "connectors", cwd: await repository() });
  expect(files.map(({ file }) => file)).toEqual(["connectors/one.json", "connectors/two.json"]);
  expect(files[0]?.text).toContain("old");
});

test("a base that the clone does not have is wrong usage, with what to fetch", async () => {
  await expect(changedSince("origin/gone", await repository())).rejects.toMatchObject({
    code: "BASE_UNKNOWN",
    blame: "usage",
    remedy: expect.stringContaining("git fetch origin gone"),
  });
});
