import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { deadlineIn } from "#core/deadline.ts";
import { unreachable } from "#core/errors.ts";
import { freshSeed } from "#core/random.ts";
import { exitCodes, foldVerdicts } from "#core/verdict.ts";
import { explore, type Step } from "#explore/explore.ts";
import { planText } from "#explore/plan.ts";
import { tally, verdictLines } from "#report/console.ts";
import { chooseRuntime } from "#run/choose-runtime.ts";
import { findScenarios } from "#run/find.ts";
import { loadScenario } from "#run/load.ts";
import { runScenario } from "#run/runner.ts";
import { positiveNumber, wholeNumber } from "./option-values.ts";
import { addStackFlags, readStackFlags } from "./options.ts";
import { defaultScenario } from "./scenario.ts";
import { interruption, terminal } from "./terminal.ts";

const flags = z.object({
  budget: z.number(),
  plans: z.number().default(Number.POSITIVE_INFINITY),
  seed: z.number().optional(),
  out: z.string(),
});

export function addExplore(program: Command, ends: (exitCode: number) => void): void {
  const command = program
    .command("explore")
    .description("draw plans (workload, faults, moments), run them on one stack, shrink the first that is invalid")
    .argument(
      "[scenario]",
      "what every plan stands on: its source, pipeline, stack, faults and expectations",
      defaultScenario,
    )
    .option("--budget <time>", "how long: 90s, 20m, 2h", duration, duration("20m"))
    .option("--plans <number>", "at most so many plans", positiveNumber)
    .option("--seed <number>", "the seed of the search; a fresh one unless told", wholeNumber)
    .option("--out <folder>", "where the scenario of what was found goes", join(process.cwd(), "explored"));
  addStackFlags(command).action(async (name: string, options: unknown) => {
    ends(await exploreCommand({ name, options }));
  });
}

/** Searches, tells as it goes, and gives the exit code: that of the verdicts, as for scenarios. */
async function exploreCommand({ name, options }: { name: string; options: unknown }): Promise<number> {
  const { budget, plans, seed = freshSeed(), out } = flags.parse(options);
  const stack = readStackFlags(options);
  const [file] = await findScenarios(name, process.cwd());
  if (file === undefined) return exitCodes.unknown;
  const scenario = await loadScenario(file, stack.cacheDir);
  const screen = terminal({ quiet: false });
  const signal = interruption();
  screen.write(`exploring ${file.name}; again, with the same flags: ./floe explore ${name} --seed ${seed}\n`);
  const { verdicts, smallest } = await explore({
    request: { ...stack, ...(await chooseRuntime(stack)), file, scenario, seed, keep: false, signal },
    seed,
    budget: deadlineIn(budget),
    plans,
    out,
    run: (request) => runScenario({ ...request, listen: () => undefined }),
    tell: (step) => screen.write(`${stepLines(step, screen.color).join("\n")}\n`),
  });
  screen.write(`\n${verdicts.length} plans: ${tally(verdicts, verdicts.length) || "none run"}\n`);
  if (smallest !== undefined)
    screen.write(`the smallest plan that fails: ./floe scenario ${smallest.path} --seed ${smallest.seed}\n`);
  return signal.aborted ? 130 : exitCodes[foldVerdicts(verdicts)];
}

function stepLines(step: Step, color: boolean): string[] {
  switch (step.step) {
    case "drawn":
      return ["", `plan ${step.number}: ${planText(step.plan)}`];
    case "smaller":
      return ["", `smaller: ${planText(step.plan)}`];
    case "tried":
      return verdictLines({ ...step.tried, color });
    case "found":
      return ["", `found: ${step.found}`, `  in       ${planText(step.plan)}`, `  written  ${step.path}`];
    default:
      return unreachable(step);
  }
}

/** `90s`, `20m`, `2h` in milliseconds. */
function duration(value: string): number {
  const [, amount, unit] = /^(\d+)(s|m|h)$/.exec(value) ?? [];
  const ms = { s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? ""];
  if (amount === undefined || ms === undefined)
    throw new InvalidArgumentError("Expected a time such as 90s, 20m or 2h.");
  return Number(amount) * ms;
}
