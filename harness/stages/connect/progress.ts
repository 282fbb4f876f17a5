import { type Deadline, notYet, poll, seen } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import type { ConnectClient, ConnectorStatus } from "./client.ts";
import { untoldCause } from "./untold-cause.ts";

export interface AwaitRunningOptions {
  readonly connect: ConnectClient;
  readonly connector: string;
  readonly deadline: Deadline;
  /** The workers' logs, for errors. */
  readonly logFiles: readonly string[];
}

/** Waits until a connector runs: it and each of at least one task. A FAILED task ends the wait at once. */
export async function awaitRunning(options: AwaitRunningOptions): Promise<void> {
  await awaitStatus({
    ...options,
    what: "run",
    reached: isRunning,
    failing: (status) => failureOf(status, options.logFiles),
  });
}

/** Waits until a connector runs or has failed: for faults, after which either may be right. */
export async function awaitOutcome(options: AwaitRunningOptions): Promise<void> {
  const reached = (status: ConnectorStatus) => isRunning(status) || failedTrace(status) !== undefined;
  await awaitStatus({ ...options, what: "run, or to fail", reached, failing: () => undefined });
}

/** Waits until a connector has stopped, a failed one as well: no task is left, so its offsets can be altered. */
export async function awaitStopped(options: AwaitRunningOptions): Promise<void> {
  const reached = ({ connector, tasks }: ConnectorStatus) => connector.state === "STOPPED" && tasks.length === 0;
  await awaitStatus({ ...options, what: "stop", reached, failing: () => undefined });
}

/** RUNNING alone says nothing: without a task the connector is failing again and again to make its tasks' settings. */
export function isRunning({ connector, tasks }: ConnectorStatus): boolean {
  return connector.state === "RUNNING" && tasks.length > 0 && tasks.every(({ state }) => state === "RUNNING");
}

/** The failure of a connector or of one of its tasks as an error that begins with the trace's root cause. */
export function failureOf(status: ConnectorStatus, logFiles: readonly string[]): Error | undefined {
  const failed = [
    { ...status.connector, who: "connector" },
    ...status.tasks.map((t) => ({ ...t, who: `task ${t.id}` })),
  ];
  const first = failed.find(({ state }) => state === "FAILED");
  if (first === undefined) return undefined;
  const trace = first.trace ?? "";
  return environmentError({
    code: "CONNECTOR_FAILED",
    what: `${first.who} of ${status.name} failed: ${rootCause(trace)}`,
    got: `FAILED on worker ${first.worker_id}`,
    remedy: `mend the cause, then restart it: POST /connectors/${status.name}/restart?includeTasks=true`,
    evidence: [
      ...untoldCause(rootCause(trace), logFiles),
      ...trace
        .split("\n")
        .slice(0, 3)
        .map((line) => line.trim()),
      ...logFiles,
    ],
  });
}

/** What Connect gives as the trace of a connector that failed, or of its first task that did. */
export function failedTrace({ connector, tasks }: ConnectorStatus): string | undefined {
  const failed = [connector, ...tasks].find(({ state }) => state === "FAILED");
  return failed === undefined ? undefined : (failed.trace ?? "");
}

/** The last `Caused by` of a Java trace: where it began. The trace's first line is only where it ended. */
export function rootCause(trace: string): string {
  const lines = trace.split("\n").map((line) => line.trim());
  const cause = lines.findLast((line) => line.startsWith("Caused by: ")) ?? lines[0] ?? "";
  return cause.replace("Caused by: ", "") || "it left no trace";
}

interface Awaited extends AwaitRunningOptions {
  readonly what: string;
  readonly reached: (status: ConnectorStatus) => boolean;
  readonly failing: (status: ConnectorStatus) => Error | undefined;
}

async function awaitStatus({ connect, connector, deadline, logFiles, what, reached, failing }: Awaited): Promise<void> {
  let failure: Error | undefined;
  await poll({
    what: `connector ${connector} to ${what}`,
    deadline,
    look: async () => {
      const status = await connect.status(connector);
      failure = failing(status);
      return reached(status) ? seen(undefined) : notYet(shortStatus(status));
    },
    hopeless: () => failure,
    evidence: () => logFiles,
  });
}

function shortStatus({ connector, tasks }: ConnectorStatus): string {
  return `${connector.state}, tasks: ${tasks.map(({ id, state }) => `${id} ${state}`).join(", ") || "none"}`;
}

/** The connectors of a cluster that are said to run, by name; of those that are wanted. */
export async function runningConnectors(
  connect: ConnectClient,
  wanted: (name: string) => boolean = () => true,
): Promise<string[]> {
  const running = (await connect.statuses()).filter(({ connector }) => connector.state === "RUNNING");
  return running.map(({ name }) => name).filter(wanted);
}
