import { readFile, writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { z } from "zod";
import { kinds, type ReadFile } from "#lint/document.ts";
import { mend } from "#lint/fix.ts";
import { byFolder, type Judgement, type Judging, judge } from "#lint/judge.ts";
import type { Found } from "#lint/rule.ts";
import { ruleLines } from "#lint/tell/text.ts";
import {
  addJudgingFlags,
  addVersionFlag,
  judgedBy,
  judgingFlags,
  print,
  settingsFor,
  tellFindings,
} from "./judging-flags.ts";
import { explain, nothingAsked, unrecognised } from "./lint-answers.ts";
import { readAsked, readBeside } from "./lint-files.ts";

const flags = judgingFlags.extend({
  as: z.enum(kinds).optional(),
  fix: z.boolean().default(false),
  listRules: z.boolean().default(false),
  explain: z.string().optional(),
});
type Flags = z.infer<typeof flags>;

/** `floe lint`: judges configurations without starting anything. Exit code 1 for findings at or over the limit. */
export function addLint(program: Command, ends: (exitCode: number) => void): void {
  const command = program
    .command("lint")
    .description("judge connector, worker, broker, topic and MySQL configurations; starts nothing")
    .argument("[file...]", "files, or folders of them");
  addVersionFlag(addJudgingFlags(command))
    .addOption(new Option("--as <kind>", "what the files are, whatever they look like").choices(kinds))
    .option("--fix", "mend what has one right answer, and show the difference")
    .option("--list-rules", "list the rules")
    .option("--explain <rule>", "all about a rule")
    .action(async (files: string[], options: unknown) => ends(await lint(files, flags.parse(options))));
}

async function lint(paths: readonly string[], options: Flags): Promise<number> {
  if (options.listRules) return print(`${ruleLines().join("\n")}\n`);
  if (options.explain !== undefined) return print(`${explain(options.explain).join("\n")}\n`);
  const asked = [...paths, ...options.pipeline];
  if (asked.length === 0) throw nothingAsked();
  const settings = await settingsFor(options.config);
  const judging = { ...judgedBy(options, settings), as: options.as };
  if (options.fix) await mendAll(asked, options, judging);
  const { findings, files } = await judgeAll(asked, options, judging);
  return tellFindings({ findings, files, options, settings });
}

interface Told {
  readonly findings: readonly Found[];
  readonly files: readonly string[];
}

async function judgeAll(asked: readonly string[], options: Flags, judging: Judging): Promise<Told> {
  const { files, named } = await readAsked(asked, options.over);
  const judgements: Judgement[] = [];
  for (const [folder, own] of byFolder(files)) {
    const beside = options.alone ? [] : await readBeside(folder, own, options.over);
    judgements.push(judge({ files: own, beside }, judging));
  }
  const strange = judgements.flatMap(({ unrecognised }) => unrecognised).filter((file) => named.has(file));
  if (strange[0] !== undefined) throw unrecognised(strange);
  return { findings: judgements.flatMap(({ findings }) => findings), files: filesOf(judgements, files) };
}

function filesOf(judgements: readonly Judgement[], files: readonly ReadFile[]): string[] {
  const unknown = new Set(judgements.flatMap(({ unrecognised }) => unrecognised));
  return files.map(({ file }) => file).filter((file) => !unknown.has(file));
}

async function mendAll(asked: readonly string[], options: Flags, judging: Judging): Promise<void> {
  const { files } = await readAsked(asked, options.over);
  for (const [folder, own] of byFolder(files)) {
    const beside = options.alone ? [] : await readBeside(folder, own, options.over);
    const { findings } = judge({ files: own, beside }, judging);
    for (const mended of own.flatMap((file) => mend(file, findings) ?? [])) {
      const bom = (await readFile(mended.file, "utf8")).startsWith("\uFEFF") ? "\uFEFF" : "";
      await writeFile(mended.file, bom + mended.text);
      // The report itself stays clean for programs.
      console.error(mended.diff.join("\n"));
    }
  }
}
