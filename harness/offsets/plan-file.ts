import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, usageError } from "#core/errors.ts";

const raw = z.record(z.string(), z.unknown());
const count = z.number().int().nonnegative();

const move = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("source"), connector: z.string(), server: z.string(), from: raw, to: raw }),
  z.object({
    kind: z.literal("group"),
    group: z.string(),
    topic: z.string(),
    partition: count,
    from: count,
    to: count,
  }),
]);

const planSchema = z.object({
  version: z.literal(1),
  madeMs: z.number(),
  /** As it was asked for. */
  target: z.string(),
  /** Which pipeline it was made for. */
  pipeline: z.string(),
  end: z.enum(["source", "sink"]),
  connector: z.string(),
  moves: z.array(move),
  /** Positions that stay where they are, and why. */
  stays: z.array(z.object({ position: z.string(), because: z.string() })),
  /** The positions that it was worked out from: it holds as long as they are so. */
  basis: z.record(z.string(), z.string()),
  /** Records that come again in a topic or are read again from it, and the rows that will stand twice in the table. */
  twice: z.array(z.object({ table: z.string(), topic: z.string(), records: count, rows: count })),
  /** Changes that will never be in the table. */
  never: z.array(z.object({ table: z.string(), topic: z.string(), records: count })),
  notes: z.array(z.string()),
});

/** A consistent move of a pipeline's positions, and what it does to the data. */
export type Plan = z.infer<typeof planSchema>;
export type Move = z.infer<typeof move>;

const appliedSchema = z.object({
  appliedMs: z.number(),
  /** `moving` while it is at work: some positions may have moved, others not. */
  progress: z.enum(["moving", "moved", "resumed", "undone"]),
});
/** What has become of a plan. The old positions are the plan's own `from`. */
export type Applied = z.infer<typeof appliedSchema>;

/** Beside the plan: `plan.json` -> `plan.applied.json`. */
export const appliedFile = (planFile: string) => `${planFile.replace(/\.json$/, "")}.applied.json`;

export async function writePlan(file: string, plan: Plan): Promise<void> {
  await writeJson(file, plan);
}

export async function writeApplied(planFile: string, applied: Applied): Promise<void> {
  await writeJson(appliedFile(planFile), applied);
}

export function readPlan(file: string): Promise<Plan> {
  return readJson(file, planSchema);
}

/** Undefined for a plan that was never applied. */
export async function readApplied(planFile: string): Promise<Applied | undefined> {
  return existsSync(appliedFile(planFile)) ? readJson(appliedFile(planFile), appliedSchema) : undefined;
}

async function writeJson(file: string, value: unknown): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
  } catch (error) {
    throw usageError({
      code: "PLAN_UNWRITABLE",
      what: `${file} cannot be written`,
      got: messageOf(error),
      remedy: "give another place with --out, or check the folder's rights",
      cause: error,
    });
  }
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw usageError({
      code: "PLAN_UNREADABLE",
      what: `${file} is no plan of ours`,
      got: error instanceof z.ZodError ? z.prettifyError(error).split("\n").slice(0, 2).join(" ") : messageOf(error),
      remedy: "make one with `floe offsets plan --to …`",
      evidence: [file],
    });
  }
}
