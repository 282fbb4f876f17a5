import type { Command } from "commander";
import { z } from "zod";
import { usageError } from "#core/errors.ts";
import { freshSeed } from "#core/random.ts";
import { usualJobs } from "#run/batch.ts";
import { chooseRuntime } from "#run/choose-runtime.ts";
import { findScenarios, listScenarios } from "#run/find.ts";
import { type LoadedScenario, loadScenarios } from "#run/load.ts";
import type { Scenario } from "#run/scenario.ts";
import { addMatrix, matrixColumns, matrixFlag } from "./matrix.ts";
import { positiveNumber, wholeNumber } from "./option-values.ts";
import { addStackFlags, readStackFlags } from "./options.ts";
import { exitCodeOf, runEach } from "./run-each.ts";
import { tellOutcomes } from "./tell-outcomes.ts";
import { interruption, terminal } from "./terminal.ts";

export const defaultScenario = "baseline/employees-arrive";

const flags = z.object({
  list: z.boolean().default(false),
  tag: z.string().optional(),
  // `floe up` has no such flag.
  matrix: matrixFlag.default({}),
  seed: z.number().optional(),
  keep: z.boolean().default(false),
  jobs: z.number().optional(),
  json: z.boolean().default(false),
  junit: z.string().optional(),
});

export function addScenario(program: Command, ends: (exitCode: number) => void): void {
  const command = program
    .command("scenario")
    .description("run scenarios: a path, a name, a part of a name, or `all`")
    .argument("[names...]", "which ones", [defaultScenario])
    .option("--list", "show the scenarios and their stories")
    .option("--tag <word>", "only scenarios with this tag")
    .option("--seed <number>", "the seed of data and choices; a fresh one unless told", wholeNumber)
    .option("--keep", "leave the stack up for the next run; ./floe down ends it")
    .option("--jobs <number>", "how many scenarios at once; by cores and memory unless told", positiveNumber)
    .option("--json", "print the verdicts as JSON and nothing else")
    .option("--junit <file>", "write the verdicts as JUnit's XML");
  addStackFlags(addMatrix(command)).action(async (names: string[], options: unknown) => {
    ends(await scenarioCommand({ names, options }));
  });
}

/** Runs what was asked for and gives the exit code. */
export async function scenarioCommand({ names, options }: { names: string[]; options: unknown }): Promise<number> {
  const own = flags.parse(options);
  const stack = readStackFlags(options);
  const chosen = await choose({ names, tag: own.tag, everything: own.list, cacheDir: stack.cacheDir });
  if (own.list) return list(chosen);
  const signal = interruption();
  const screen = terminal({ quiet: own.json });
  const runtime = await chooseRuntime(stack);
  const columns = await matrixColumns(own.matrix, { ...stack, ...runtime });
  const several = columns.length > 1;
  // The same seed on all versions: what differs is then theirs.
  const seeded = chosen.map((each) => ({ ...each, seed: own.seed ?? freshSeed() }));
  const common = { ...stack, ...runtime, keep: own.keep, signal };
  const requests = columns.flatMap((column) => seeded.map((each) => ({ ...common, ...each, ...column })));
  // Runs that keep their stack find each other's: one after the other, each has it to itself.
  const jobs = own.keep ? 1 : (own.jobs ?? usualJobs());
  const outcomes = await runEach({ requests, jobs, screen, signal });
  await tellOutcomes({ outcomes, asked: requests.length, several, json: own.json, junit: own.junit, screen });
  return signal.aborted ? 130 : exitCodeOf(outcomes);
}

/** Loads everything that was asked for before anything starts: a broken file is told at once. */
async function choose({
  names,
  tag,
  everything,
  cacheDir,
}: {
  names: readonly string[];
  tag: string | undefined;
  everything: boolean;
  cacheDir: string;
}): Promise<LoadedScenario[]> {
  const all = names.includes("all") || everything || (tag !== undefined && names[0] === defaultScenario);
  const files = all
    ? await listScenarios()
    : (await Promise.all(names.map((name) => findScenarios(name, process.cwd())))).flat();
  const loaded = await loadScenarios(files, cacheDir);
  const fits = ({ scenario }: LoadedScenario) =>
    tag === undefined ? everything || !all || !isSlow(scenario) : scenario.tags?.includes(tag) === true;
  const chosen = loaded.filter(fits);
  if (chosen.length > 0) return chosen;
  throw usageError({
    code: "SCENARIO_UNKNOWN",
    what: `no scenario has the tag ${tag ?? ""}`,
    remedy: "./floe scenario --list",
  });
}

function isSlow({ tags }: Scenario): boolean {
  return tags?.includes("slow") === true;
}

function list(chosen: readonly LoadedScenario[]): number {
  for (const { file, scenario } of chosen) {
    const tags = scenario.tags === undefined ? "" : `  [${scenario.tags.join(", ")}]`;
    console.log(`${file.name}${tags}\n    ${scenario.story}`);
  }
  return 0;
}
