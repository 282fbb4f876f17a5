import type { Phase, Stamped } from "#core/history.ts";
import type { FaultBand, Mark, RowSeries, Span, Step, Timeline } from "./data.ts";
import { type Evidence, number } from "./evidence.ts";

/** Pieces that the run is cut into: about one for three pixels of a wide screen. */
const pieces = 360;

/** What moved when: rows at every stage, phases, faults and marks on one axis. */
export async function timelineOf({
  events,
  evidence,
  seededRows,
}: {
  events: readonly Stamped[];
  evidence: Evidence;
  seededRows: number | undefined;
}): Promise<Timeline> {
  const totalMs = Math.max(1, ...events.map(({ monoMs }) => monoMs));
  return {
    totalMs,
    rows: await rowSeries({ events, evidence, seededRows, totalMs }),
    phases: phasesOf(events, totalMs),
    faults: faultsOf(events),
    marks: marksOf(events),
  };
}

interface SeriesOptions {
  readonly events: readonly Stamped[];
  readonly evidence: Evidence;
  readonly seededRows: number | undefined;
  readonly totalMs: number;
}

/** From the evidence, which has every row's time; where it is missing, from what the runner looked at now and then. */
async function rowSeries({ events, evidence, seededRows, totalMs }: SeriesOptions): Promise<RowSeries> {
  const counted = { evidence, totalMs };
  const [mysql, topic, lake] = [
    await arrivals({ ...counted, what: "rows in MySQL", at: "ackedAtMs", from: "ledger WHERE status = 'ok'" }),
    await arrivals({
      ...counted,
      what: "records in topics",
      at: "timestampMs",
      from: "topics WHERE kind <> 'tombstone'",
    }),
    await arrivals({ ...counted, what: "rows in the lake", at: "timestampMs", from: "snapshots", n: addedRows }),
  ];
  const seen = (stage: "mysql" | "topic" | "lake") => looks(events, totalMs, stage);
  if (topic === undefined || lake === undefined) {
    return { mysql: seen("mysql"), topic: seen("topic"), lake: seen("lake"), exact: false };
  }
  const loaded = initialRows({ events, totalMs, seededRows });
  return { mysql: loaded.map((rows, at) => rows + (mysql?.[at] ?? 0)), topic, lake, exact: true };
}

const addedRows = `coalesce(sum(CAST(json_extract_string(summary, '$."added-records"') AS BIGINT)), 0)
  - coalesce(sum(CAST(json_extract_string(summary, '$."deleted-records"') AS BIGINT)), 0)`;

interface Arrivals {
  readonly evidence: Evidence;
  readonly totalMs: number;
  readonly what: string;
  readonly at: string;
  readonly from: string;
  readonly n?: string;
}

/** How many had come by the end of each piece; undefined where the evidence has none. */
async function arrivals({
  evidence,
  totalMs,
  what,
  at,
  from,
  n = "count(*)",
}: Arrivals): Promise<number[] | undefined> {
  const piece = `least(${pieces - 1}, greatest(0, floor(("${at}" - ${evidence.beganWallMs}) * ${pieces} / ${totalMs})))`;
  const rows = await evidence.ask(what, `SELECT ${piece}::INTEGER AS piece, ${n} AS n FROM ${from} GROUP BY 1`);
  const came = rows.filter((row) => row["piece"] !== null);
  if (came.length === 0) return undefined;
  const each = Array.from({ length: pieces }, () => 0);
  for (const row of came) each[number(row, "piece")] = number(row, "n");
  return cumulated(each);
}

function cumulated(each: readonly number[]): number[] {
  let sum = 0;
  return each.map((value) => (sum += value));
}

/** The rows that were loaded before the connectors ran: the ledger does not have them. */
function initialRows({ events, totalMs, seededRows }: Omit<SeriesOptions, "evidence">): number[] {
  const firstLook = events.find((event) => event.type === "rows");
  const loadedMs = events.find((event) => event.type === "phase-ended" && event.phase === "seed")?.monoMs;
  const rows = seededRows ?? (firstLook?.type === "rows" ? firstLook.rows.mysql : 0);
  const fromMs = loadedMs ?? firstLook?.monoMs ?? 0;
  return Array.from({ length: pieces }, (_, at) => (((at + 1) * totalMs) / pieces >= fromMs ? rows : 0));
}

function looks(events: readonly Stamped[], totalMs: number, stage: "mysql" | "topic" | "lake"): number[] {
  const seen = events.filter((event) => event.type === "rows");
  let [next, last] = [0, 0];
  return Array.from({ length: pieces }, (_, at) => {
    const end = ((at + 1) * totalMs) / pieces;
    for (let look = seen[next]; look !== undefined && look.monoMs <= end; look = seen[++next]) last = look.rows[stage];
    return last;
  });
}

/** Phases, and the steps that lie between them: the connectors' start and the snapshot belong to no phase. */
function phasesOf(events: readonly Stamped[], totalMs: number): Span[] {
  const began = events.filter((event) => event.type === "phase-began");
  const phases = began.map(({ phase, monoMs }) => {
    const end = events.find((event) => event.type === "phase-ended" && event.phase === phase && event.monoMs >= monoMs);
    return { name: phase, fromMs: monoMs, toMs: end?.monoMs ?? totalMs };
  });
  const outside = stepsOf(events).filter(
    ({ fromMs, toMs }) =>
      toMs - fromMs > totalMs / 50 && !phases.some((phase) => fromMs < phase.toMs - 50 && toMs > phase.fromMs + 50),
  );
  const between = outside.map(({ text, fromMs, toMs }) => ({ name: text, fromMs, toMs }));
  return [...phases, ...between].toSorted((left, right) => left.fromMs - right.fromMs);
}

/** The steps with their durations, as bars. */
export function stepsOf(events: readonly Stamped[]): Step[] {
  return events.flatMap((event) =>
    event.type === "step"
      ? [{ text: event.text, fromMs: Math.max(0, event.monoMs - event.ms), toMs: event.monoMs }]
      : [],
  );
}

function faultsOf(events: readonly Stamped[]): FaultBand[] {
  const faults = events.filter((event) => event.type === "fault");
  return faults
    .filter(({ state }) => state === "injected")
    .map(({ label, monoMs, seq, detail }) => {
      const later = (state: string) =>
        faults.find((other) => other.label === label && other.state === state && other.seq > seq);
      const [healed, proved] = [later("healed"), later("proved")];
      return {
        label,
        fromMs: monoMs,
        toMs: healed?.monoMs,
        when: detail,
        healed: healed?.detail,
        proof: proved?.detail,
      };
    });
}

function marksOf(events: readonly Stamped[]): Mark[] {
  const begins = (phase: Phase) => events.find((event) => event.type === "phase-began" && event.phase === phase)?.seq;
  const [actSeq, disposeSeq] = [begins("act") ?? events.length, begins("dispose") ?? events.length];
  return events.flatMap((event) => {
    // Servers that end with the run are no news, and those that come up with it are steps.
    if (event.type === "server" && event.seq >= disposeSeq) return [];
    const mark = markOf(event);
    if (mark === undefined) return [];
    const comesUp = event.type === "server" && event.seq < actSeq && /^(starting|ready)$/.test(event.state);
    return [{ ...mark, atMs: event.monoMs, kind: comesUp ? "step" : mark.kind }];
  });
}

function markOf(event: Stamped): Omit<Mark, "atMs"> | undefined {
  if (event.type === "fault") return { kind: "fault", text: `${event.label}: ${event.state} (${event.detail})` };
  if (event.type === "note") return { kind: /^schema change/i.test(event.text) ? "schema" : "note", text: event.text };
  if (event.type === "error") return { kind: "error", text: event.lines[0] ?? "error" };
  if (event.type === "step") return { kind: "step", text: event.text };
  if (event.type !== "server") return undefined;
  const detail = event.detail === undefined || event.detail === "" ? "" : `: ${event.detail}`;
  // That a server starts is no more than a step.
  return { kind: event.state === "starting" ? "step" : "server", text: `${event.server} ${event.state}${detail}` };
}
