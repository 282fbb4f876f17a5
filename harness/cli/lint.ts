import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { usageError } from "#core/errors.ts";
import { type Definitions, loadDefinitions, newestVersions, parts } from "#lint/definitions.ts";
import { kinds, type ReadFile } from "#lint/document.ts";
import { mend } from "#lint/fix.ts";
import { byFolder, type Judgement, type Judging, judge } from "#lint/judge.ts";
import { type Found, type Severity, severities } from "#lint/rule.ts";
import { failOn, type LintSettings, noSettings, parseSettings } from "#lint/settings-file.ts";
import { formats, githubText, jsonText, junitText, sarifText, type TellFormat } from "#lint/tell/formats.ts";
import { findingLines, ruleLines, summary } from "#lint/tell/text.ts";
import { explain, nothingAsked, unrecognised } from "./lint-answers.ts";
import { readAsked, readBeside } from "./lint-files.ts";

const flags = z.object({
  pipeline: z.array(z.string()),
  over: z.string().optional(),
  alone: z.boolean().default(false),
  as: z.enum(kinds).optional(),
  for: z.enum(["production", "local"]).optional(),
  failOn: z.enum(failOn).optional(),
  set: z.partialRecord(z.enum(parts), z.string()),
  brokers: z.number().optional(),
  config: z.string().optional(),
  format: z.enum(formats),
  json: z.boolean().default(false),
  fix: z.boolean().default(false),
  listRules: z.boolean().default(false),
  explain: z.string().optional(),
});
type Flags = z.infer<typeof flags>;

/** `floe lint`: judges configurations without starting anything. Exit code 1 for findings at or over the limit. */
export function addLint(program: Command, ends: (exitCode: number) => void): void {
  program
    .command("lint")
    .description("judge connector, worker, broker, topic and MySQL configurations; starts nothing")
    .argument("[file...]", "files, or folders of them")
    .option("--pipeline <folder>", "a folder whose files are judged together (repeatable)", collect, [])
    .option("--over <folder>", "a folder whose files of the same names are laid over, key by key")
    .option("--alone", "do not look at the files that stand beside")
    .addOption(new Option("--as <kind>", "what the files are, whatever they look like").choices(kinds))
    .addOption(new Option("--for <target>", "what they are for").choices(["production", "local"]))
    .addOption(new Option("--fail-on <severity>", "the least severity that fails").choices(failOn))
    .option("--set <part=version...>", `judge for another version of ${parts.join(", ")}`, collectVersion, {})
    .option("--brokers <number>", "how many brokers there are", positive)
    .option("--config <file>", "settings (default: floe.lint.json, where there is one)")
    .addOption(new Option("--format <format>", "how to print").choices(formats).default("text"))
    .option("--json", "the same as --format json")
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
  const judging = judgingBy(options, settings);
  for (const { part, asked: version, taken } of judging.definitions.standIns)
    console.error(
      `${part} ${version}: its keys were not extracted; those of ${taken} stand in, and unknown keys are told as info`,
    );
  if (options.fix) await mendAll(asked, options, judging);
  const { findings, files } = await judgeAll(asked, options, judging);
  const limit = options.failOn ?? settings.failOn ?? "error";
  const fails = (severity: Severity) => limit !== "never" && severities.indexOf(severity) >= severities.indexOf(limit);
  print(tell({ findings, files, fails, format: options.json ? "json" : options.format }));
  return findings.some(({ severity }) => fails(severity)) ? 1 : 0;
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

function tell({
  findings,
  files,
  fails,
  format,
}: Told & { readonly fails: (severity: Severity) => boolean; readonly format: TellFormat }): string {
  if (format === "json") return jsonText(findings);
  if (format === "sarif") return sarifText(findings);
  if (format === "github") return githubText(findings);
  if (format === "junit") return junitText({ findings, files, fails });
  const color = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  return `${[...findingLines(findings, { color }), summary(findings, files.length)].join("\n")}\n`;
}

function judgingBy(options: Flags, settings: LintSettings): Judging {
  const definitions: Definitions = loadDefinitions({ ...newestVersions(), ...settings.set, ...options.set });
  return {
    definitions,
    target: options.for ?? settings.for ?? "production",
    brokers: options.brokers ?? settings.brokers,
    as: options.as,
    severities: settings.rules,
    keys: settings.keys,
  };
}

/** What the working folder says for good: `floe.lint.json`. */
export async function settingsFor(named: string | undefined): Promise<LintSettings> {
  const file = named ?? "floe.lint.json";
  if (named === undefined && !existsSync(file)) return noSettings;
  if (!existsSync(file))
    throw usageError({ code: "LINT_SETTINGS", what: `there is no ${file}`, remedy: "check the path" });
  return parseSettings({ file, text: await readFile(file, "utf8") });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

function collectVersion(value: string, previous: Record<string, string>): Record<string, string> {
  const [, part, version] = /^([a-z]+)=(\d[\w.+-]*)$/.exec(value) ?? [];
  if (part === undefined || version === undefined || !parts.some((known) => known === part))
    throw new InvalidArgumentError(`Expected part=version with one of ${parts.join(", ")}.`);
  return { ...previous, [part]: version };
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("Expected a whole number above 0.");
  return number;
}
