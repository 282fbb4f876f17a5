/** Who has to act: `usage` (exit 2: the caller's input), `environment` (exit 3: the machine, a server, the network). */
export type Blame = "usage" | "environment";

export interface FloeErrorParts {
  /** Stable, upper-case, for programs: `PORT_TAKEN`. */
  readonly code: string;
  readonly blame: Blame;
  /** What happened, to which object, in one sentence. */
  readonly what: string;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  /** What to try: a command or an edit. */
  readonly remedy: string;
  /** Where the evidence is: `file`, `file:line`, or the last lines of a log. */
  readonly evidence?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** The one family of errors that users see. Everything else that reaches the top is a defect of Floe itself. */
export class FloeError extends Error {
  readonly code: string;
  readonly blame: Blame;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly remedy: string;
  readonly evidence: readonly string[];

  constructor(parts: FloeErrorParts) {
    super(parts.what, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "FloeError";
    this.code = parts.code;
    this.blame = parts.blame;
    this.expected = parts.expected;
    this.got = parts.got;
    this.remedy = parts.remedy;
    this.evidence = parts.evidence ?? [];
  }
}

/** The caller's input is wrong: exit code 2. */
export function usageError(parts: Omit<FloeErrorParts, "blame">): FloeError {
  return new FloeError({ ...parts, blame: "usage" });
}

/** The surroundings failed: exit code 3, verdict `unknown`. */
export function environmentError(parts: Omit<FloeErrorParts, "blame">): FloeError {
  return new FloeError({ ...parts, blame: "environment" });
}

/** A case that the types rule out; reaching it is a defect of Floe. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** A condition that holds unless Floe itself is wrong. */
export function invariant(condition: unknown, because: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${because}`);
}

/** The error as lines for a person: what, expected and got, remedy, evidence, causes. */
export function renderError(error: unknown): string[] {
  if (error instanceof FloeError) {
    return [
      `${error.code}: ${error.message}`,
      ...(error.expected === undefined ? [] : [`  expected  ${error.expected}`]),
      ...(error.got === undefined ? [] : [`  got       ${error.got}`]),
      `  try       ${error.remedy}`,
      ...error.evidence.map((line, at) => `  ${at === 0 ? "evidence" : "        "}  ${line}`),
      ...causeLines(error.cause),
    ];
  }
  if (error instanceof AggregateError) return error.errors.flatMap(renderError);
  return [`defect of Floe: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`];
}

function causeLines(cause: unknown): string[] {
  return cause === undefined ? [] : [`  because   ${messageOf(cause).split("\n")[0] ?? ""}`];
}

/** The message of anything thrown, for the `got` of an error. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : JSON.stringify(error);
}

/** The system's error code (`ECONNREFUSED`, `ENOSPC`), where the error or its cause has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return systemCode(error.cause);
}
