import { unreachable } from "#core/errors.ts";
import type { StageRows, Stamped } from "#core/history.ts";
import type { Anomaly, CheckVerdict, RunVerdict, VerdictName } from "#core/verdict.ts";
import { redLines } from "./red.ts";
import { visibleText } from "./visible-text.ts";

/** Where lines go, and whether the last one may be written over. */
export interface Terminal {
  write(text: string): void;
  readonly interactive: boolean;
  readonly color: boolean;
}

/** Tells a run on a console as it happens: the steps with their times, the rows moving, the verdict. */
export function consoleReader(terminal: Terminal): (event: Stamped) => void {
  let live = false;
  let lastRows = "";
  return (event) => {
    if (event.type === "rows") {
      const text = rowsText(event.rows);
      if (terminal.interactive) {
        terminal.write(`\r\u001B[2K  ${text}`);
        live = true;
      }
      lastRows = text;
      return;
    }
    const lines = eventLines(event, lastRows, terminal.color);
    if (lines.length === 0) return;
    if (live) terminal.write("\r\u001B[2K");
    live = false;
    terminal.write(`${lines.join("\n")}\n`);
  };
}

/** One event as lines; none for events that only programs read. */
function eventLines(event: Stamped, lastRows: string, color: boolean): string[] {
  const at = `${(event.monoMs / 1000).toFixed(1).padStart(6)} s  `;
  switch (event.type) {
    case "run-started":
      return [
        `${bold(event.scenario, color)} · seed ${event.seed} · run ${event.runId} · ${event.profile} on ${event.runtime}`,
        ...wrap(event.story, 100).map((line) => `  ${line}`),
        `  again: ${event.rerun}`,
      ];
    case "step":
      return [`${at}${event.text} ${dim(`(${Math.round(event.ms).toLocaleString("en")} ms)`, color)}`];
    case "note":
      return [`${at}${event.text}`];
    case "phase-ended":
      return event.phase === "settle" && lastRows !== "" ? [`${at}${lastRows}`] : [];
    case "server":
      return event.state === "ready" || event.state === "starting"
        ? []
        : [`${at}${event.server} ${event.state}${event.detail === undefined ? "" : `: ${event.detail}`}`];
    case "fault":
      return [`${at}fault ${event.state}: ${event.label} ${dim(`(${event.detail})`, color)}`];
    case "error":
      return [...event.lines];
    case "phase-began":
    case "rows":
    case "check":
    case "run-ended":
      return [];
    default:
      return unreachable(event);
  }
}

function rowsText({ mysql, topic, lake }: StageRows): string {
  const figure = (rows: number) => rows.toLocaleString("en").padStart(9);
  return `rows    mysql ${figure(mysql)}    topics ${figure(topic)}    lake ${figure(lake)}`;
}

/** The end of a run: at most 20 lines that answer what is wrong, with which rows, at which hop, and what to open. */
export function verdictLines({
  verdict,
  folder,
  color,
}: {
  verdict: RunVerdict;
  folder: string;
  color: boolean;
}): string[] {
  const red = verdict.verdict === "invalid";
  const lines = red ? redLines({ verdict, folder }) : verdict.checks.flatMap(checkLines).slice(0, 20);
  const recovered =
    verdict.recoverMs === undefined ? [] : [`  recovered in ${(verdict.recoverMs / 1000).toFixed(1)} s`];
  const { timings } = verdict;
  return [
    ...(verdict.error ?? []),
    ...lines,
    ...recovered,
    `${paint(verdict.verdict, color)}  ${verdict.scenario}  ${(timings.totalMs / 1000).toFixed(1)} s  ${dim(
      `stack ${timings.stackReadyMs} · seed ${timings.seedMs} · act ${timings.actMs} · settle ${timings.settleMs} · check ${timings.checkMs} · dispose ${timings.disposeMs} ms`,
      color,
    )}`,
    ...(red ? [] : [`  evidence: ${folder}`]),
    ...(red || verdict.verdict === "valid" ? [] : [`  again:    ${verdict.rerun}`]),
  ];
}

/** One check's verdict, its note, and its anomalies with an example each. */
export function checkLines(check: CheckVerdict): string[] {
  const head = `  ${mark[check.verdict]} ${check.name}${check.note === undefined ? "" : `: ${check.note}`}`;
  // What was expected is told in a line; the rows are in verdict.json.
  const asExpected = check.verdict === "valid";
  return [head, ...check.anomalies.flatMap((anomaly) => anomalyLines(anomaly).slice(0, asExpected ? 1 : undefined))];
}

function anomalyLines(anomaly: Anomaly): string[] {
  const head = `      ${anomaly.class} ${anomaly.count.toLocaleString("en")} × ${anomaly.table}, at ${anomaly.hop}: first ${anomaly.key}`;
  return [head, ...anomaly.evidence.slice(0, 5).map((line) => `        ${line}`)].map(visibleText);
}

export const mark: Readonly<Record<VerdictName, string>> = { valid: "✓", "known-bug": "≈", unknown: "?", invalid: "✗" };
const colors: Readonly<Record<VerdictName, number>> = { valid: 32, "known-bug": 33, unknown: 35, invalid: 31 };

function paint(verdict: VerdictName, color: boolean): string {
  const text = verdict.toUpperCase();
  return color ? `\u001B[1;${colors[verdict]}m${text}\u001B[0m` : text;
}

function bold(text: string, color: boolean): string {
  return color ? `\u001B[1m${text}\u001B[0m` : text;
}

function dim(text: string, color: boolean): string {
  return color ? `\u001B[2m${text}\u001B[0m` : text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > width && line !== "") {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** One of several runs. */
export interface SummaryRow {
  readonly scenario: string;
  readonly verdict: VerdictName;
  readonly totalMs: number;
  /** Where to look when it is not valid: its folder; without one, why. */
  readonly see: string;
}

/** A line for each of several runs, another for each that is not valid, and how many came to what. */
export function summaryTable(rows: readonly SummaryRow[], asked: number): string[] {
  const lines = rows.flatMap(({ scenario, verdict, totalMs, see }) => [
    `  ${mark[verdict]} ${verdict.padEnd(9)} ${(totalMs / 1000).toFixed(1).padStart(7)} s  ${scenario}`,
    ...(verdict === "valid" ? [] : [`      ${see}`]),
  ]);
  return [
    ...lines,
    tally(
      rows.map(({ verdict }) => verdict),
      asked,
    ),
  ];
}

/** How many came to what: `2 unknown, 1 valid, 3 not run`. */
export function tally(came: readonly string[], asked: number): string {
  const counts = [...Map.groupBy(came, (verdict) => verdict)].map(([verdict, those]) => `${those.length} ${verdict}`);
  const missing = asked - came.length;
  return [...counts, ...(missing === 0 ? [] : [`${missing} not run`])].join(", ");
}

/** Tells progress once for each new text of a part; several parts are fetched side by side. */
export function progressTeller(tell: (text: string) => void): (progress: Progress) => void {
  const told = new Map<string, string>();
  return (progress) => {
    const text = progressText(progress);
    if (told.get(progress.part) !== text) tell(text);
    told.set(progress.part, text);
  };
}

interface Progress {
  readonly part: string;
  readonly step: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** How far the fetching of a part is, in steps of a quarter: `fetching kafka 4.3.1: 50 % of 55 MB`. */
function progressText(progress: Progress): string {
  const { part, step, doneBytes, totalBytes } = progress;
  if (totalBytes === 0) return `${step} ${part}`;
  const quarters = Math.floor((doneBytes / totalBytes) * 4) * 25;
  return `${step} ${part}: ${quarters} % of ${Math.max(1, Math.round(totalBytes / 1e6))} MB`;
}
