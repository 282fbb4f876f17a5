import { environmentError, FloeError, messageOf } from "#core/errors.ts";

/** Files that could not be had, as the lock file names them, and why. */
export interface Shortfall {
  readonly missing: readonly string[];
  readonly cause: unknown;
  /** The reason, where it was put into words already. */
  readonly because?: string | undefined;
}

const missingCode = "PARTS_MISSING";

/** One error for all that is missing; but a cache that cannot be written is told as that. */
export function partsMissing(cacheDir: string, shortfalls: readonly Shortfall[]): FloeError {
  const cache = shortfalls.map((one) => one.cause).find((cause) => isFloe(cause, "CACHE_NOT_WRITABLE"));
  if (cache !== undefined) return cache;
  const missing = [...new Set(shortfalls.flatMap((one) => one.missing))].toSorted();
  const reasons = [...new Set(shortfalls.map((one) => one.because ?? reason(one.cause)))];
  return environmentError({
    code: missingCode,
    what: `${missing.length} ${missing.length === 1 ? "part is" : "parts are"} not in the cache ${cacheDir} and could not be fetched`,
    got: reasons.slice(0, 4).join("; "),
    remedy:
      "connect this machine, or set the proxies and mirrors of the clients (HTTPS_PROXY, ~/.m2/settings.xml, pip.conf, " +
      "apt.conf), then ./floe setup; or copy a complete cache here and name it in FLOE_CACHE",
    evidence: missing,
    cause: rootCause(shortfalls[0]?.cause),
  });
}

/** Gives an error the names of what it made impossible to have; not to one that blames the caller. */
export function missingBecause(cacheDir: string, missing: readonly string[], cause: unknown): unknown {
  if (cause instanceof FloeError && cause.blame === "usage") return cause;
  return partsMissing(cacheDir, [{ missing, cause }]);
}

/** Waits until all work has ended, well or not. Where some failed, throws one error that tells of everything missing. */
export async function settled(cacheDir: string, work: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  const errors = outcomes.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
  const [first] = errors;
  if (first === undefined) return;
  const lacking = errors.filter((error) => isFloe(error, missingCode));
  const other = errors.find((error) => !isFloe(error, missingCode));
  if (other !== undefined) throw other;
  throw lacking.length === 1 ? first : partsMissing(cacheDir, lacking.map(asShortfall));
}

function asShortfall(error: FloeError): Shortfall {
  return { missing: error.evidence, cause: error.cause, because: error.got };
}

/** An error that says no more than what is missing hides the reason. */
function rootCause(cause: unknown): unknown {
  return isFloe(cause, missingCode) ? rootCause(cause.cause) : cause;
}

function isFloe(error: unknown, code: string): error is FloeError {
  return error instanceof FloeError && error.code === code;
}

/** A client's failure in one line: what it was asked to do, and the line in which it says why not. */
function reason(cause: unknown): string {
  if (!(cause instanceof FloeError)) return messageOf(cause);
  if (cause.code === missingCode) return cause.got ?? cause.message;
  const said = cause.evidence.find((line) => /^(E|Err|ERROR)\b/.test(line)) ?? cause.evidence.at(-1) ?? cause.got;
  return said === undefined ? cause.message : `${cause.message} (${said.slice(0, 160)})`;
}
