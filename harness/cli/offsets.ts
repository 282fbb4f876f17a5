import { join } from "node:path";
import { type Command, Option } from "commander";
import { z } from "zod";
import { fileStamp } from "#core/clock.ts";
import { Scope } from "#core/scope.ts";
import { applyPlan } from "#offsets/apply.ts";
import { drawPlan } from "#offsets/draw.ts";
import { type Plan, writePlan } from "#offsets/plan-file.ts";
import { type Reach, reach } from "#offsets/reach.ts";
import { readPositions } from "#offsets/read.ts";
import { hops } from "#offsets/target.ts";
import { positionLines } from "#offsets/tell.ts";
import { planLines } from "#offsets/tell-plan.ts";
import { undoPlan } from "#offsets/undo.ts";
import { visibleText } from "#report/visible-text.ts";
import { addPlaceFlags, readPlace } from "./pipeline-place.ts";

/** `floe offsets show|plan|apply`: a pipeline's positions, side by side, and how to move them together. */
export function addOffsets(program: Command): void {
  const offsets = program.command("offsets").description("show a pipeline's positions, plan a move of them, apply it");
  addShow(offsets);
  addPlan(offsets);
  addApply(offsets);
}

function addShow(offsets: Command): void {
  addPlaceFlags(offsets.command("show").description("all positions side by side, and what each hop would do next"))
    .option("--json", "as JSON")
    .action(async (options: unknown) => {
      const { json } = z.object({ json: z.boolean().default(false) }).parse(options);
      const positions = await reaching(options, readPositions);
      print(json ? [JSON.stringify(positions, undefined, 2)] : positionLines(positions));
    });
}

const planFlags = z.object({
  to: z.string(),
  hop: z.enum(hops),
  out: z.string().optional(),
  stop: z.boolean().default(false),
  json: z.boolean().default(false),
});

function addPlan(offsets: Command): void {
  addPlaceFlags(offsets.command("plan").description("work out a consistent move, and what it does to the data"))
    .requiredOption("--to <where>", "gtid=SET, time=2026-11-21T10:00:00Z, snapshot=ID, earliest")
    .addOption(
      new Option("--hop <which>", "which end moves; all: whichever keeps them consistent").choices(hops).default("all"),
    )
    .option("--stop", "stop the connector that is to move first, and leave it stopped: the plan stays true")
    .option("--out <file>", "where the plan goes")
    .option("--json", "the plan itself")
    .action(async (options: unknown) => {
      const { out, json, ...flags } = planFlags.parse(options);
      const plan = await reaching(options, (reached) => drawPlan({ reach: reached, ...flags }));
      const file = out ?? join(process.cwd(), `offsets-plan-${fileStamp()}.json`);
      await writePlan(file, plan);
      print(json ? [JSON.stringify(plan, undefined, 2)] : [...planLines(plan), "", `  ./floe offsets apply ${file}`]);
    });
}

const applyFlags = z.object({
  undo: z.boolean().default(false),
  resume: z.boolean().default(false),
  stopped: z.boolean().default(false),
});

function addApply(offsets: Command): void {
  addPlaceFlags(
    offsets.command("apply").description("move the positions as planned, or put them back").argument("<plan>"),
  )
    .option("--undo", "put the old positions back, while the connector still stands")
    .option("--resume", "let the connector run again afterwards")
    .option("--stopped", "the connector stands still, where there is no REST interface to ask")
    .action(async (planFile: string, options: unknown) => {
      const { undo, ...flags } = applyFlags.parse(options);
      const plan = await reaching(options, (reached) =>
        (undo ? undoPlan : applyPlan)({ reach: reached, planFile, ...flags }),
      );
      print(undo ? undoneLines(plan, flags.resume) : appliedLines(plan, planFile, options));
    });
}

function appliedLines(plan: Plan, planFile: string, options: unknown): string[] {
  const { resume, rest } = z.object({ resume: z.boolean().default(false), rest: z.boolean() }).parse(options);
  const rows = plan.twice.reduce((sum, each) => sum + each.rows, 0);
  const never = plan.never.reduce((sum, each) => sum + each.records, 0);
  const state = resume ? "runs again" : "is stopped";
  return [
    `${plan.connector} ${state}, moved to ${plan.target}: ${rows} rows will stand twice, ${never} changes will never come`,
    ...(resume ? [] : [`  put back: ./floe offsets apply --undo ${planFile}`]),
    ...(rest ? [] : ["  a worker reads its offsets topic when it starts a task: start the connector anew"]),
  ];
}

function undoneLines(plan: Plan, resumed: boolean): string[] {
  return [`the positions of ${plan.connector} are as they were; it ${resumed ? "runs again" : "is stopped"}`];
}

async function reaching<T>(options: unknown, use: (reached: Reach) => Promise<T>): Promise<T> {
  const place = await readPlace(options);
  await using scope = new Scope("offsets");
  return await use(await reach(place, scope));
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(visibleText(line));
}
