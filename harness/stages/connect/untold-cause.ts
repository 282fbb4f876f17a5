import { logText } from "#runtime/log-tail.ts";

/** Failures whose trace is a consequence, and the lines of the worker's log that have the cause. */
const untold = [
  // Iceberg's sink: its coordinator's thread logs what ended it, and the task finds only that it has ended.
  { failure: /Coordinator unexpectedly terminated/, cause: /Coordinator error during .*\n(.+)/g },
];

/** What the workers' logs have as the cause of a failure whose trace is silent about it: each log's last before the failure. */
export function untoldCause(failure: string, logFiles: readonly string[]): string[] {
  const sought = untold.find((each) => each.failure.test(failure));
  if (sought === undefined) return [];
  return logFiles.flatMap((file) => {
    const text = logText(file);
    // Others share the worker: what was logged later is not this one's cause.
    const before = text.slice(0, Math.max(0, text.lastIndexOf(failure)));
    const cause = [...before.matchAll(sought.cause)].at(-1)?.[1];
    return cause === undefined ? [] : [`before it, in the worker's log: ${cause}`];
  });
}
