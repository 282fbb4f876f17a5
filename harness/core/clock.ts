/** The only reader of the clocks. Wall time is for people, monotonic time for durations. */
export function wallNowMs(): number {
  return Date.now();
}

/** Milliseconds since the process started, never going back. */
export function monotonicMs(): number {
  return performance.now();
}

/** An ISO 8601 stamp that can stand in a file name: `2026-11-21T09-15-02.123Z`. */
export function fileStamp(wallMs: number = wallNowMs()): string {
  return new Date(wallMs).toISOString().replaceAll(":", "-");
}

/** A stopwatch: call it for the milliseconds since it was made. */
export function stopwatch(): () => number {
  const startedMs = monotonicMs();
  return () => monotonicMs() - startedMs;
}
