import { execa } from "execa";
import { environmentError } from "#core/errors.ts";

export interface RunOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** What it is for, as the object of "could not …": `unpack debezium 3.6.1.Final`. */
  readonly what: string;
  readonly withinMs: number;
  readonly remedy: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Each line of standard error as it comes: for progress. */
  readonly onLine?: (line: string) => void;
}

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Throws `PROGRAM_FAILED` with the last lines of its standard error. */
export async function run(options: RunOptions): Promise<Finished> {
  const child = execa(options.command, options.args, {
    reject: false,
    timeout: options.withinMs,
    stdin: "ignore",
    all: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  if (options.onLine !== undefined) {
    for await (const line of child.iterable({ from: "all", preserveNewlines: false })) options.onLine(line);
  }
  const result = await child;
  if (result.failed) throw failure(options, result);
  return { stdout: result.stdout, stderr: result.stderr };
}

interface Failed {
  readonly exitCode?: number | undefined;
  readonly timedOut: boolean;
  readonly stderr: string;
  readonly stdout: string;
  readonly shortMessage?: string | undefined;
}

function failure(options: RunOptions, result: Failed): Error {
  const ending = result.timedOut ? `no end within ${options.withinMs} ms` : `exit code ${result.exitCode ?? "none"}`;
  const said = (result.stderr.trim() || result.stdout.trim() || (result.shortMessage ?? "")).split("\n").slice(-8);
  return environmentError({
    code: "PROGRAM_FAILED",
    what: `could not ${options.what}`,
    expected: `${options.command} to succeed`,
    got: ending,
    remedy: options.remedy,
    evidence: said,
  });
}
