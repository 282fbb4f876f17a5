import { usageError } from "#core/errors.ts";
import { gtidSetText, parseGtidSet } from "#stages/mysql/gtid-set.ts";

/** Where the positions are to go. */
export type Target =
  | { readonly kind: "gtid"; readonly set: string }
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "snapshot"; readonly id: string }
  | { readonly kind: "earliest" };

export const hops = ["all", "source", "sink"] as const;
export type Hop = (typeof hops)[number];

/** `gtid=SET`, `time=ISO`, `snapshot=ID`, `earliest`. */
export function parseTarget(text: string, nowMs: number): Target {
  const [, kind = text, value = ""] = /^([a-z]+)=(.*)$/s.exec(text.trim()) ?? [];
  if (kind === "earliest" && value === "") return { kind };
  if (kind === "gtid") return { kind, set: gtidSetText(parseGtidSet(value)) };
  if (kind === "snapshot" && /^\d+$/.test(value)) return { kind, id: value };
  if (kind === "time") return { kind, ms: timeIn(value, nowMs) };
  throw usageError({
    code: "TARGET",
    what: `--to does not say where: ${text}`,
    expected: "gtid=SET, time=2026-11-21T10:00:00Z, snapshot=ID or earliest",
    remedy: "`floe offsets show` has the sets and the snapshots of now",
  });
}

function timeIn(text: string, nowMs: number): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  const got = Number.isNaN(ms) ? text : ms > nowMs ? `${text}, which is to come` : undefined;
  if (got === undefined) return ms;
  throw usageError({
    code: "TARGET",
    what: "--to names no time that has been",
    expected: "ISO 8601, with an offset or Z: 2026-11-21T10:00:00Z",
    got,
    remedy: "give the time before which everything is to count as done",
  });
}

/**
 * Which end moves. Never both: what the source sends again is new to the sink, so a sink that went back as well would
 * write everything twice over. A snapshot is the sink's; every other target is the source's unless the sink is asked for.
 */
export function movedEnd(target: Target, hop: Hop): "source" | "sink" {
  if (target.kind !== "snapshot") return hop === "sink" ? "sink" : "source";
  if (hop !== "source") return "sink";
  throw usageError({
    code: "TARGET",
    what: "a snapshot does not say where the source was",
    expected: "--hop sink, or all",
    remedy: "take the snapshot's time instead: --to time=…",
  });
}
