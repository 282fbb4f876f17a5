import { z } from "zod";
import { phases, type Stamped } from "#core/history.ts";
import { anomalyClasses, hops, type RunVerdict, verdictNames } from "#core/verdict.ts";

export interface HistoryLines {
  readonly events: readonly Stamped[];
  /** Lines that are no event: the last one of a harness that was killed while it wrote. */
  readonly broken: number;
}

/** The events of a `history.jsonl`, as far as it goes. */
export function readHistory(text: string): HistoryLines {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const events = lines.map(parsed).filter(isEvent);
  return { events, broken: lines.length - events.length };
}

/** The verdict in a `verdict.json`; undefined where it is cut off. */
export function readVerdict(text: string): RunVerdict | undefined {
  const value = parsed(text);
  return isVerdict(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is Stamped {
  return event.safeParse(value).success;
}

function isVerdict(value: unknown): value is RunVerdict {
  return verdict.safeParse(value).success;
}

const stamp = { seq: z.number(), wallMs: z.number(), monoMs: z.number() };
const anomaly = z.looseObject({
  class: z.enum(anomalyClasses),
  hop: z.enum(hops),
  table: z.string(),
  key: z.string(),
  count: z.number(),
  evidence: z.array(z.string()),
});
const check = z.looseObject({
  name: z.string(),
  verdict: z.enum(verdictNames),
  anomalies: z.array(anomaly),
  note: z.string().optional(),
});
const run = {
  scenario: z.string(),
  seed: z.number(),
  runId: z.string(),
  rerun: z.string(),
  runtime: z.string(),
  versions: z.record(z.string(), z.string()),
};
const verdict = z.looseObject({
  ...run,
  verdict: z.enum(verdictNames),
  checks: z.array(check),
  recoverMs: z.number().optional(),
  measured: z.record(z.string(), z.number()).optional(),
  timings: z.record(z.string(), z.number()),
  error: z.array(z.string()).optional(),
});
const event = z.discriminatedUnion("type", [
  z.looseObject({ ...stamp, ...run, type: z.literal("run-started"), story: z.string(), profile: z.string() }),
  z.looseObject({ ...stamp, type: z.literal("phase-began"), phase: z.enum(phases) }),
  z.looseObject({ ...stamp, type: z.literal("phase-ended"), phase: z.enum(phases), ms: z.number() }),
  z.looseObject({ ...stamp, type: z.literal("step"), text: z.string(), ms: z.number() }),
  z.looseObject({ ...stamp, type: z.literal("server"), server: z.string(), state: z.string() }),
  z.looseObject({
    ...stamp,
    type: z.literal("rows"),
    rows: z.object({ mysql: z.number(), topic: z.number(), lake: z.number() }),
  }),
  z.looseObject({
    ...stamp,
    type: z.literal("fault"),
    label: z.string(),
    state: z.enum(["injected", "healed", "proved"]),
    detail: z.string(),
  }),
  z.looseObject({ ...stamp, type: z.literal("check"), check }),
  z.looseObject({ ...stamp, type: z.literal("note"), text: z.string() }),
  z.looseObject({ ...stamp, type: z.literal("error"), lines: z.array(z.string()) }),
  z.looseObject({ ...stamp, type: z.literal("run-ended"), verdict: z.enum(verdictNames), totalMs: z.number() }),
]);
