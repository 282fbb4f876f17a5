import { closeSync, openSync } from "node:fs";
import { writeLine } from "./history-file.ts";

/** Evidence as it comes in: a line of JSON each, which DuckDB reads. What was written survives a `kill -9`. */
export interface LineFile extends Disposable {
  readonly file: string;
  /** Lines of JSON, without their ends. */
  write(lines: readonly string[]): void;
}

export function openLines(file: string): LineFile {
  const descriptor = openSync(file, "a");
  let open = true;
  return {
    file,
    write: (lines) => {
      if (open && lines.length > 0) writeLine({ descriptor, file, line: `${lines.join("\n")}\n` });
    },
    [Symbol.dispose]: () => {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

/** JSON in which 64-bit integers are numbers where JSON can hold them, and text beyond. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== "bigint") return each;
    return Number.isSafeInteger(Number(each)) ? Number(each) : String(each);
  });
}
