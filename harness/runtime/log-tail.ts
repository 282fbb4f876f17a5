import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";

/** As much of a log's end as is ever shown or searched. */
const tailBytes = 64 * 1024;

/** The end of a log as text, from a byte on at the earliest: what an earlier start wrote is not this one's reason. */
export function logText(file: string, fromByte = 0): string {
  let log: number | undefined;
  try {
    log = openSync(file, "r");
    const size = fstatSync(log).size;
    const from = Math.max(fromByte, size - tailBytes, 0);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    const length = readSync(log, buffer, 0, buffer.length, from);
    return buffer.toString("utf8", 0, length);
  } catch {
    return "";
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

export function lastLines(text: string, lines: number): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-lines);
}

export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The logs in a folder; none when the folder is gone. */
export function logNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".log"));
  } catch {
    return [];
  }
}
