import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { usageError } from "#core/errors.ts";
import { type Definitions, loadDefinitions, newestVersions, parts } from "#lint/definitions.ts";
import type { Judging } from "#lint/judge.ts";
import { type Found, type Severity, severities } from "#lint/rule.ts";
import { failOn, type LintSettings, noSettings, parseSettings } from "#lint/settings-file.ts";
import { formats, githubText, jsonText, junitText, sarifText, type TellFormat } from "#lint/tell/formats.ts";
import { findingLines, summary } from "#lint/tell/text.ts";
import { collect, positiveNumber } from "./option-values.ts";

/** What every command that judges files takes. */
export const judgingFlags = z.object({
  pipeline: z.array(z.string()),
  over: z.string().optional(),
  alone: z.boolean().default(false),
  for: z.enum(["production", "local"]).optional(),
  failOn: z.enum(failOn).optional(),
  set: z.partialRecord(z.enum([...parts, "catalog"]), z.string()),
  brokers: z.number().optional(),
  config: z.string().optional(),
  format: z.enum(formats),
  json: z.boolean().default(false),
});
export type JudgingFlags = z.infer<typeof judgingFlags>;

export function addJudgingFlags(command: Command): Command {
  return command
    .option("--pipeline <folder>", "a folder whose files are judged together (repeatable)", collect, [])
    .option("--over <folder>", "a folder whose files of the same names are laid over, key by key")
    .option("--alone", "do not look at the files that stand beside")
    .addOption(new Option("--for <target>", "what they are for").choices(["production", "local"]))
    .addOption(new Option("--fail-on <severity>", "the least severity that fails").choices(failOn))
    .option("--brokers <number>", "how many brokers there are", positiveNumber)
    .option("--config <file>", "settings (default: floe.lint.json, where there is one)")
    .addOption(new Option("--format <format>", "how to print").choices(formats).default("text"))
    .option("--json", "the same as --format json");
}

/** Where no servers are started, whose own flag has the same name. */
export function addVersionFlag(command: Command): Command {
  return command.option(
    "--set <part=version...>",
    `judge for another version of ${parts.join(", ")}`,
    collectVersion,
    {},
  );
}

/** What the flags and the project's own file make of it; versions whose keys are not known are said. */
export function judgedBy(
  options: Pick<JudgingFlags, "set" | "for"> & Partial<Pick<JudgingFlags, "brokers">>,
  settings: LintSettings,
): Judging {
  const { catalog: _, ...set } = options.set;
  const definitions: Definitions = loadDefinitions({ ...newestVersions(), ...settings.set, ...set });
  for (const { part, asked: version, taken } of definitions.standIns)
    console.error(
      `${part} ${version}: its keys were not extracted; those of ${taken} stand in, and unknown keys are told as info`,
    );
  return {
    definitions,
    target: options.for ?? settings.for ?? "production",
    brokers: options.brokers ?? settings.brokers,
    severities: settings.rules,
    keys: settings.keys,
  };
}

interface Telling {
  readonly findings: readonly Found[];
  readonly files: readonly string[];
  readonly options: JudgingFlags;
  readonly settings: LintSettings;
}

/** Which severities fail: none, where nothing is to fail. */
export function failingBy(options: Pick<JudgingFlags, "failOn">, settings: LintSettings) {
  const limit = options.failOn ?? settings.failOn ?? "error";
  return (severity: Severity) => limit !== "never" && severities.indexOf(severity) >= severities.indexOf(limit);
}

/** Prints findings, and gives the exit code that they come to. */
export function tellFindings({ findings, files, options, settings }: Telling): number {
  const fails = failingBy(options, settings);
  print(text({ findings, files, fails, format: options.json ? "json" : options.format }));
  return findings.some(({ severity }) => fails(severity)) ? 1 : 0;
}

function text({
  findings,
  files,
  fails,
  format,
}: Pick<Telling, "findings" | "files"> & {
  readonly fails: (severity: Severity) => boolean;
  readonly format: TellFormat;
}): string {
  if (format === "json") return jsonText(findings);
  if (format === "sarif") return sarifText(findings);
  if (format === "github") return githubText(findings);
  if (format === "junit") return junitText({ findings, files, fails });
  const color = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  return `${[...findingLines(findings, { color }), summary(findings, files.length)].join("\n")}\n`;
}

/** What the working folder says for good: `floe.lint.json`. */
export async function settingsFor(named: string | undefined): Promise<LintSettings> {
  const file = named ?? "floe.lint.json";
  if (named === undefined && !existsSync(file)) return noSettings;
  if (!existsSync(file))
    throw usageError({ code: "LINT_SETTINGS", what: `there is no ${file}`, remedy: "check the path" });
  return parseSettings({ file, text: await readFile(file, "utf8") });
}

export function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function collectVersion(value: string, previous: Record<string, string>): Record<string, string> {
  const [, part, version] = /^([a-z]+)=(\d[\w.+-]*)$/.exec(value) ?? [];
  if (part === undefined || version === undefined || !parts.some((known) => known === part))
    throw new InvalidArgumentError(`Expected part=version with one of ${parts.join(", ")}.`);
  return { ...previous, [part]: version };
}
