import { createHash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { run } from "#process/run.ts";
import { writeWhole } from "./cache.ts";

const answer = z.object({ size: z.number(), mtimeMs: z.number(), text: z.string() });

export interface Question {
  readonly cacheDir: string;
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * What a program says when asked for its version. Starting a Java or a mysqld for it takes 50 to 100 ms, so the answer
 * is kept for as long as the program's file is the same. Undefined where the program fails.
 */
export async function askOnce({ cacheDir, command, args }: Question): Promise<string | undefined> {
  const real = realpathSync(command);
  const { size, mtimeMs } = statSync(real);
  const key = createHash("sha256")
    .update([real, ...args].join(" "))
    .digest("hex")
    .slice(0, 16);
  const file = join(cacheDir, "answers", `${key}.json`);
  const kept = await readAnswer(file);
  if (kept?.size === size && kept.mtimeMs === mtimeMs) return kept.text;
  const text = await ask(command, args);
  if (text === undefined) return undefined;
  await writeWhole(cacheDir, file, JSON.stringify({ command: real, size, mtimeMs, text }));
  return text;
}

async function ask(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run({
      command,
      args,
      what: `ask ${command} for its version`,
      withinMs: 15_000,
      remedy: "run it by hand",
    });
    return `${stdout}\n${stderr}`;
  } catch {
    return undefined;
  }
}

async function readAnswer(file: string): Promise<z.infer<typeof answer> | undefined> {
  try {
    return answer.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}
