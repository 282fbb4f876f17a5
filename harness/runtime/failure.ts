import { join } from "node:path";
import { environmentError, type FloeError, messageOf, systemCode } from "#core/errors.ts";
import type { Exit } from "#process/server.ts";
import { lastLines, logNames, logText } from "./log-tail.ts";

/** Where a server's own account of its failure is. */
export interface LogPlace {
  readonly server: string;
  readonly logFile: string;
  /** Where this start's part of the log begins. */
  readonly fromByte: number;
}

/** Kafka, Jetty (Connect, catalog, S3Proxy), mysqld, Go's and Rust's object stores. */
const portTaken = /address (is )?already in use|BindException|EADDRINUSE|failed to bind|Bind on TCP\/IP port/i;
/** mysqld does not die of a full disk: it waits for somebody to clear up. */
const diskFull = /no space left on device|ENOSPC|disk is full/i;

/** Why a server ended before it was ready, told from its log. */
export function failedStart(log: LogPlace, exit: Exit): FloeError {
  return endedBadly({ log, what: `${log.server} died before it was ready`, exit });
}

/** Why a program ended that should have gone on, or should have ended well. */
export function endedBadly({ log, what, exit }: { log: LogPlace; what: string; exit: Exit }): FloeError {
  const got = `it ended with ${describeExit(exit)}`;
  return knownReason(log, got) ?? serverDied({ log, what, got });
}

/** A start that ran out of time: the log may know why. */
export function timedOutStart(log: LogPlace, error: unknown): unknown {
  return knownReason(log, messageOf(error)) ?? error;
}

export function portTakenError(log: LogPlace, got: string): FloeError {
  return environmentError({
    code: "PORT_TAKEN",
    what: `another program took a port of ${log.server} between its choice and its use`,
    expected: "a free port",
    got,
    remedy: "start again: other ports will be chosen",
    evidence: evidenceOf(log),
  });
}

export function diskFullError(what: string, evidence: readonly string[], cause?: unknown): FloeError {
  return environmentError({
    code: "DISK_FULL",
    what,
    got: "no space left on device",
    remedy: "make room, or put the run folder elsewhere: --runs FOLDER",
    evidence,
    cause,
  });
}

/** Whether one of the servers whose logs lie in a folder found its disk full: others then fail for reasons of their own. */
export function diskFullIn(logs: string): FloeError | undefined {
  const places = logNames(logs).map((name) => ({ server: name.slice(0, -4), logFile: join(logs, name), fromByte: 0 }));
  const full = places.find(({ logFile }) => diskFull.test(logText(logFile)));
  return full && diskFullError(`${full.server} found its disk full`, evidenceOf(full));
}

/** An error of the file system as the user should see it. */
export function asDiskFull(error: unknown, path: string): unknown {
  return systemCode(error) === "ENOSPC" ? diskFullError(`the disk that holds ${path} is full`, [path], error) : error;
}

export function describeExit({ exitCode, signal, note }: Exit): string {
  const code = exitCode === undefined ? "an unknown exit code" : `exit code ${exitCode}`;
  const ending = signal === undefined ? code : `signal ${signal}`;
  return note === undefined ? ending : `${ending} ${note}`;
}

export function evidenceOf({ logFile, fromByte }: LogPlace): string[] {
  return [logFile, ...lastLines(logText(logFile, fromByte), 12)];
}

function knownReason(log: LogPlace, got: string): FloeError | undefined {
  const text = logText(log.logFile, log.fromByte);
  if (portTaken.test(text)) return portTakenError(log, got);
  if (diskFull.test(text)) return diskFullError(`${log.server} found its disk full`, evidenceOf(log));
  return undefined;
}

function serverDied({ log, what, got }: { log: LogPlace; what: string; got: string }): FloeError {
  return environmentError({
    code: "SERVER_DIED",
    what,
    got,
    remedy: "read the log's last lines; ./floe doctor shows whether a part is missing or damaged",
    evidence: evidenceOf(log),
  });
}
