import type { CheckVerdict, VerdictName } from "./verdict.ts";
import type { VersionSet } from "./versions.ts";

export const phases = ["start", "seed", "act", "heal", "settle", "check", "dispose"] as const;
export type Phase = (typeof phases)[number];

/** Rows at each stage, as the console shows them moving. */
export interface StageRows {
  readonly mysql: number;
  readonly topic: number;
  readonly lake: number;
}

/** What can happen in a run. Appended as it happens; console, JSON and reports are readers of it. */
export type RunEvent =
  | {
      readonly type: "run-started";
      readonly scenario: string;
      readonly story: string;
      readonly seed: number;
      readonly runId: string;
      readonly rerun: string;
      readonly runtime: string;
      readonly profile: string;
      readonly versions: VersionSet;
    }
  | { readonly type: "phase-began"; readonly phase: Phase }
  | { readonly type: "phase-ended"; readonly phase: Phase; readonly ms: number }
  | { readonly type: "step"; readonly text: string; readonly ms: number }
  | { readonly type: "server"; readonly server: string; readonly state: ServerState; readonly detail?: string }
  | { readonly type: "rows"; readonly rows: StageRows }
  | {
      readonly type: "fault";
      readonly label: string;
      readonly state: "injected" | "healed" | "proved";
      readonly detail: string;
    }
  | { readonly type: "check"; readonly check: CheckVerdict }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "error"; readonly lines: readonly string[] }
  | { readonly type: "run-ended"; readonly verdict: VerdictName; readonly totalMs: number };

export type ServerState = "starting" | "ready" | "exited" | "killed" | "paused" | "resumed" | "stopped";

/** An event with its place in the run: `wallMs` for people, `monoMs` (since the run began) for durations. */
export type Stamped<E = RunEvent> = E & { readonly seq: number; readonly wallMs: number; readonly monoMs: number };

/** Where a run's events go. */
export interface History {
  append(event: RunEvent): void;
}
