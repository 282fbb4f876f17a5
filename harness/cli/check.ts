import { appendFile, readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { z } from "zod";
import { systemCode, usageError } from "#core/errors.ts";
import { freshSeed } from "#core/random.ts";
import { inOrder, type Judging, judge, silenced } from "#lint/judge.ts";
import type { Found } from "#lint/rule.ts";
import { failOn } from "#lint/settings-file.ts";
import { databaseOf, fixtureFor, tablesUnknown } from "#rehearsal/captured.ts";
import { changeFindings, changesOf } from "#rehearsal/changes.ts";
import { obstaclesOf } from "#rehearsal/obstacles.ts";
import { fails, provesNothing } from "#rehearsal/outcome.ts";
import { type Alone, type Pair, pairsOf } from "#rehearsal/pairs.ts";
import { type Planned, plan, type Trying, tryOut } from "#rehearsal/preview.ts";
import { readDump } from "#rehearsal/schema/dump.ts";
import { schemaSource } from "#rehearsal/schema/schema-source.ts";
import { type Told, toldAnnotations, toldJson, toldLines, toldMarkdown } from "#rehearsal/told.ts";
import { consoleReader } from "#report/console.ts";
import { chooseRuntime } from "#run/choose-runtime.ts";
import { type Folder, wantedFolders } from "./check-files.ts";
import { failingBy, judgedBy, settingsFor } from "./judging-flags.ts";
import { collect, wholeNumber } from "./option-values.ts";
import { addStackFlags, readStackFlags } from "./options.ts";
import { interruption, terminal } from "./terminal.ts";

const flags = z.object({
  base: z.string().optional(),
  pipeline: z.array(z.string()),
  diff: z.boolean().default(false),
  schema: z.string().optional(),
  for: z.enum(["production", "local"]).optional(),
  failOn: z.enum(failOn).optional(),
  config: z.string().optional(),
  seed: z.number().optional(),
  json: z.boolean().default(false),
  markdown: z.boolean().default(false),
  set: z.record(z.string(), z.string()),
});
type Flags = z.infer<typeof flags>;

/** `floe check`: lints connector files, has Connect validate them, runs each pipeline for real, and judges it. Exit code 1 for what is not good. */
export function addCheck(program: Command, ends: (exitCode: number) => void): void {
  const command = program
    .command("check")
    .description(
      "lint and validate connector files, run their pipelines on a throw-away stack; --diff shows what a change changes",
    )
    .argument("[file...]", "files or folders; with --diff: OLD and NEW")
    .option("--base <ref>", "only what differs from this commit; with --diff, what to compare with")
    .option("--pipeline <folder>", "a folder whose files belong together (repeatable)", collect, [])
    .option("--diff", "run the pipelines before and after the change, and tell the difference in behaviour")
    .option("--schema <file.sql>", "the captured tables: mysqldump --no-data")
    .addOption(new Option("--for <target>", "what lint judges for").choices(["production", "local"]))
    .addOption(new Option("--fail-on <severity>", "the least severity that fails; never: nothing does").choices(failOn))
    .option("--config <file>", "lint's settings (default: floe.lint.json, where there is one)")
    .option("--seed <number>", "the seed of rows and changes; a fresh one unless told", wholeNumber)
    .option("--markdown", "print for a pull request, and nothing else")
    .option("--json", "print for programs, and nothing else");
  addStackFlags(command).action(async (files: string[], options: unknown) => ends(await check(files, options)));
}

async function check(files: readonly string[], options: unknown): Promise<number> {
  const own = flags.parse(options);
  const settings = await settingsFor(own.config);
  const judging = judgedBy(own, settings);
  const folders = await wantedFolders({ paths: [...files, ...own.pipeline], base: own.base, diff: own.diff, judging });
  if (folders.length === 0) return nothingToTry(files, own);
  const told = await tellAll(folders, { own, options, judging });
  const failsBy = failingBy(own, settings);
  // What was not tried, and a verdict that is not valid, weigh as errors.
  const failing =
    told.findings.some(({ severity }) => failsBy(severity)) ||
    (failsBy("error") && (told.alone.length > 0 || told.pipelines.some(fails)));
  await print(told, own, failing);
  if (told.pipelines.some(provesNothing)) return 3;
  return failing ? 1 : 0;
}

interface Checking {
  readonly own: Flags;
  readonly options: unknown;
  readonly judging: Judging;
}

/** Lint, then pairs, then one run after the other. */
async function tellAll(folders: readonly Folder[], { own, options, judging }: Checking): Promise<Told> {
  const looked = folders.map((folder) => ({ folder, ...lookAt(folder, judging) }));
  const stack = readStackFlags(options);
  const seed = own.seed ?? freshSeed();
  const quiet = own.json || own.markdown;
  const request = { ...stack, ...(await chooseRuntime(stack)), seed, keep: false, signal: interruption() };
  const rerun = rerunLine(process.argv.slice(3), seed);
  const how = { request, rerun, listen: consoleReader(terminal({ quiet })), preview: own.diff };
  const planned = looked.flatMap(({ pairs, old }) => plan(pairs, old));
  // Of all of them, before any is run.
  const tables = await Promise.all(
    planned.map((each) => tablesFor(each, { schema: own.schema, plugins: request.plugin })),
  );
  const pipelines = [];
  for (const [at, each] of planned.entries()) pipelines.push(await tryOut(each, { ...how, ...tables[at] }));
  const said = pipelines.flatMap(({ run }) => run.findings);
  return {
    findings: [...looked.flatMap(({ findings }) => findings), ...once(silenced(said, judging))].toSorted(inOrder),
    pipelines,
    alone: looked.flatMap(({ alone }) => alone),
    files: folders.flatMap(({ files }) => files.map(({ file }) => file)),
  };
}

/** A connector of several pipelines is asked about in each. */
function once(findings: readonly Found[]): Found[] {
  return [...new Map(findings.map((each) => [JSON.stringify([each.file, each.at, each.message]), each])).values()];
}

/** The same command with the seed that was drawn. */
function rerunLine(args: readonly string[], seed: number): string {
  const others = args.filter((arg, at) => !arg.startsWith("--seed") && args[at - 1] !== "--seed");
  return ["./floe check", ...others, `--seed ${seed}`].join(" ");
}

interface Looked {
  readonly findings: readonly Found[];
  readonly pairs: readonly Pair[];
  readonly alone: readonly Alone[];
  /** The pipelines before the change. */
  readonly old: readonly Pair[];
}

function lookAt({ files, beside, old }: Folder, judging: Judging): Looked {
  const asked = new Set(files.map(({ file }) => file));
  const { findings } = judge({ files, beside }, judging);
  const { pairs, alone, connectors } = pairsOf([...files, ...beside], asked, judging);
  const before = old === undefined ? undefined : pairsOf(old, new Set(old.map(({ file }) => file)), judging);
  const changes = before === undefined ? [] : changesOf(before.connectors, connectors);
  return { findings: [...findings, ...changeFindings(changes, judging)], pairs, alone, old: before?.pairs ?? [] };
}

/** The same tables for both sides of a preview: the workload must be the same, operation by operation. */
async function tablesFor(
  { pair, old }: Planned,
  { schema, plugins }: { schema: string | undefined; plugins: readonly string[] },
): Promise<Pick<Trying, "source" | "sourceNotes">> {
  const sources = [pair.source, ...(old === undefined ? [] : [old.source])];
  const database = databaseOf(pair.source);
  // What cannot be run needs no tables: why it cannot is told.
  if (obstaclesOf(pair, { plugins }).length > 0 || "unknown" in database) return {};
  if (schema !== undefined) {
    const dump = await readDump({ file: schema, text: await readText(schema), database: database.database });
    return {
      source: () => schemaSource(dump),
      sourceNotes: dump.leftOut.map((what) => `left out of ${schema}: ${what}`),
    };
  }
  if (fixtureFor(sources) === undefined) throw tablesUnknown(sources);
  return { source: () => fixtureFor(sources) };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageError({
      code: "SCHEMA_UNREADABLE",
      what: `${file} cannot be read`,
      got: systemCode(error),
      remedy: "mysqldump --no-data DATABASE > schema.sql",
      cause: error,
    });
  }
}

function nothingToTry(files: readonly string[], { base, pipeline }: Flags): number {
  if (base === undefined)
    throw usageError({
      code: "NOTHING_TO_CHECK",
      what:
        files.length + pipeline.length === 0
          ? "no file was named"
          : "there is no connector configuration in what was named",
      expected: "connector files, folders of them, or --base REF",
      remedy: "floe check connectors/",
    });
  process.stdout.write(`no connector configuration differs from ${base}\n`);
  return 0;
}

async function print(told: Told, { json, markdown }: Flags, failed: boolean): Promise<void> {
  const color = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  if (json) process.stdout.write(toldJson(told, failed));
  else if (markdown) process.stdout.write(toldMarkdown(told));
  else process.stdout.write(`${toldLines(told, { color }).join("\n")}\n`);
  const summary = process.env["GITHUB_STEP_SUMMARY"];
  if (summary !== undefined && summary !== "") await appendFile(summary, toldMarkdown(told));
  if (process.env["GITHUB_ACTIONS"] === "true" && !json && !markdown) process.stdout.write(toldAnnotations(told));
}
