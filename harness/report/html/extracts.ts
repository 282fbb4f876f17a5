import type { Stamped } from "#core/history.ts";
import type { Extract, LogFile, LogLine } from "./data.ts";
import { logTime } from "./log-times.ts";

/** A server's log, line by line. */
export interface ServerLog {
  readonly server: string;
  readonly lines: AsyncIterable<string> | Iterable<string>;
}

/** The time around an event whose lines are of interest, and how many of them are shown. */
const around = { beforeMs: 1_500, afterMs: 4_000, lines: 7, loudLines: 4 } as const;
const limits = { events: 12, lineLength: 260, linesLookedAt: 4_000 } as const;

interface Moment {
  readonly atMs: number;
  readonly title: string;
}

/** A few lines of each server's log around each fault, error and death of a server. */
export async function extractsOf({
  events,
  logs,
  beganWallMs,
}: {
  events: readonly Stamped[];
  logs: readonly ServerLog[];
  beganWallMs: number;
}): Promise<{ extracts: Extract[]; files: LogFile[] }> {
  const moments = momentsOf(events);
  const found = moments.map(() => new Map<string, LogLine[]>());
  const files: LogFile[] = [];
  for (const { server, lines } of logs) {
    let [count, timed, atMs] = [0, false, undefined as number | undefined];
    for await (const line of lines) {
      count++;
      const wallMs = logTime(line, beganWallMs);
      if (wallMs !== undefined) [atMs, timed] = [wallMs - beganWallMs, true];
      if (atMs === undefined) continue;
      // Of a stack trace or a list of settings, the line that carries the time is enough.
      if (wallMs === undefined && !isLoud(line)) continue;
      for (const [place, moment] of moments.entries()) noteLine({ moment, found: found[place], server, atMs, line });
    }
    files.push({ name: server, lines: count, timed });
  }
  const extracts = moments.map((moment, place) => ({
    ...moment,
    servers: [...(found[place] ?? new Map<string, LogLine[]>())].map(([server, lines]) => ({
      server,
      ...excerpt(moment, lines),
    })),
  }));
  return { extracts, files };
}

/** Events within a second and a half are one: a fault and the death that it causes. */
function momentsOf(events: readonly Stamped[]): Moment[] {
  const disposeMs = events.find((event) => event.type === "phase-began" && event.phase === "dispose")?.monoMs;
  const moments: { atMs: number; title: string }[] = [];
  for (const event of events) {
    const title = titleOf(event);
    if (title === undefined || (disposeMs !== undefined && event.monoMs >= disposeMs)) continue;
    const last = moments.at(-1);
    if (last === undefined || event.monoMs - last.atMs > 1_500) moments.push({ atMs: event.monoMs, title });
    else if (!last.title.includes(title)) last.title += `; ${title}`;
  }
  return moments.slice(0, limits.events);
}

function titleOf(event: Stamped): string | undefined {
  if (event.type === "fault" && event.state !== "proved") return `${event.label}: ${event.state}`;
  if (event.type === "error") return event.lines[0] ?? "error";
  if (event.type === "server" && (event.state === "killed" || event.state === "exited" || event.state === "paused"))
    return `${event.server} ${event.state}`;
  return undefined;
}

interface Noted {
  readonly moment: Moment;
  readonly found: Map<string, LogLine[]> | undefined;
  readonly server: string;
  readonly atMs: number;
  readonly line: string;
}

function noteLine({ moment, found, server, atMs, line }: Noted): void {
  if (found === undefined || line.trim() === "") return;
  if (atMs < moment.atMs - around.beforeMs || atMs > moment.atMs + around.afterMs) return;
  const lines = found.get(server) ?? [];
  if (lines.length >= limits.linesLookedAt) return;
  const text = line.length > limits.lineLength ? `${line.slice(0, limits.lineLength)}…` : line;
  lines.push({ atMs, text, loud: isLoud(line) });
  found.set(server, lines);
}

function isLoud(line: string): boolean {
  return /\b(ERROR|FATAL|WARN|Error|Warning)\b|\w(Exception|Error):/.test(line.slice(0, 400));
}

/** The loud lines first, then those nearest to the event, in their order. */
function excerpt(moment: Moment, lines: readonly LogLine[]): { lines: LogLine[]; more: number } {
  const near = [...lines.entries()].toSorted(
    ([, left], [, right]) => Math.abs(left.atMs - moment.atMs) - Math.abs(right.atMs - moment.atMs),
  );
  const loud = near.filter(([, line]) => line.loud).slice(0, around.loudLines);
  const others = near.filter((entry) => !loud.includes(entry)).slice(0, around.lines - loud.length);
  const shown = [...loud, ...others].toSorted(([left], [right]) => left - right).map(([, line]) => line);
  return { lines: shown, more: lines.length - shown.length };
}
