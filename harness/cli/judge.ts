import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { systemCode } from "#core/errors.ts";
import { exitCodes, type RunVerdict } from "#core/verdict.ts";
import { checkLines, verdictLines } from "#report/console.ts";
import { judgeAgain } from "#run/judge-again.ts";
import { folderOf } from "./report.ts";

const flags = z.object({ runs: z.string() });

/** `floe judge`: the verdict of a run; of one whose harness was killed, what can be said by what it had written. */
export function addJudge(program: Command, ends: (exitCode: number) => void): void {
  program
    .command("judge")
    .description("tell a run's verdict again, or judge one that was cut off as far as it goes")
    .argument("[run]", "which one", "latest")
    .option("--runs <folder>", "where the evidence is", join(process.cwd(), "runs"))
    .action(async (name: string, options: unknown) => {
      const folder = await folderOf(name, flags.parse(options).runs);
      const verdict = await storedVerdict(folder);
      const lines =
        verdict === undefined ? checkLines(await judgeAgain(folder)) : verdictLines({ verdict, folder, color: false });
      console.log(lines.join("\n"));
      ends(exitCodes[verdict?.verdict ?? "unknown"]);
    });
}

async function storedVerdict(folder: string): Promise<RunVerdict | undefined> {
  try {
    return z.custom<RunVerdict>().parse(JSON.parse(await readFile(join(folder, "verdict.json"), "utf8")));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
