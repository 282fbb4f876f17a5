import { closeSync, openSync, writeSync } from "node:fs";
import { stopwatch, wallNowMs } from "#core/clock.ts";
import { environmentError, systemCode } from "#core/errors.ts";
import type { History, RunEvent, Stamped } from "#core/history.ts";

export type Listener = (event: Stamped) => void;

/** The history of one run: every event is in the file before any listener hears of it. */
export interface HistoryFile extends History, Disposable {
  readonly file: string;
  listen(listener: Listener): void;
}

/** Opens `history.jsonl`. Writes are synchronous: what was appended survives a `kill -9` of the harness. */
export function openHistory(file: string): HistoryFile {
  const descriptor = openSync(file, "a");
  const elapsedMs = stopwatch();
  const listeners: Listener[] = [];
  let seq = 0;
  let open = true;
  return {
    file,
    listen: (listener) => void listeners.push(listener),
    append: (event: RunEvent) => {
      const stamped: Stamped = { seq: seq++, wallMs: wallNowMs(), monoMs: Math.round(elapsedMs()), ...event };
      if (open) writeLine({ descriptor, file, line: `${JSON.stringify(stamped)}\n` });
      for (const listener of listeners) listener(stamped);
    },
    [Symbol.dispose]: () => {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

/** A synchronous append whose failure names the disk, because evidence that is not written is no evidence. */
export function writeLine({ descriptor, file, line }: { descriptor: number; file: string; line: string }): void {
  try {
    writeSync(descriptor, line);
  } catch (error) {
    const full = systemCode(error) === "ENOSPC";
    throw environmentError({
      code: full ? "DISK_FULL" : "EVIDENCE_LOST",
      what: full ? `the disk is full: ${file} could not be extended` : `${file} could not be written`,
      remedy: full
        ? "free some room, or run with --runs FOLDER on another disk"
        : "check the rights on the runs folder",
      cause: error,
    });
  }
}
