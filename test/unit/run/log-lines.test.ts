import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { watchLines } from "#run/log-lines.ts";

test("the lines that a log gets from now on are told, each when it is whole", async () => {
  await using log = await aLog();
  await writeFile(log.file, "before\n");
  using watch = log.watch();
  await appendFile(log.file, "elected leader\nand ha");
  await watch.told(1);
  await appendFile(log.file, "lf, Zoë\n");
  await watch.told(2);
  expect(watch.lines).toEqual(["elected leader", "and half, Zoë"]);
});

test("a log that is not there yet is told from its start", async () => {
  await using log = await aLog();
  using watch = log.watch();
  await writeFile(log.file, "born\n");
  await watch.told(1);
  expect(watch.lines).toEqual(["born"]);
});

async function aLog() {
  const folder = await mkdtemp(join(tmpdir(), "floe-lines-"));
  const file = join(folder, "connect-1.log");
  return {
    file,
    watch: () => {
      const lines: string[] = [];
      const watch = watchLines({ file, onLine: (line) => lines.push(line) });
      const told = (count: number) =>
        poll({
          what: `${count} lines`,
          deadline: deadlineIn(5_000),
          look: async () => (lines.length >= count ? seen(undefined) : notYet(lines.join())),
        });
      return { lines, told, [Symbol.dispose]: () => watch[Symbol.dispose]() };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
