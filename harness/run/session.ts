import { join } from "node:path";
import { z } from "zod";
import type { LinkName } from "#core/addresses.ts";
import { FloeError } from "#core/errors.ts";
import type { History } from "#core/history.ts";
import { freshRunId } from "#core/random.ts";
import type { Scope } from "#core/scope.ts";
import { attachNativeRuntime } from "#runtime/native/attach.ts";
import { openNativeRuntime } from "#runtime/native/runtime.ts";
import type { Runtime } from "#runtime/port.ts";
import type { OnServer } from "#runtime/server.ts";
import { clearLeftovers, listStacks, type StackState } from "#runtime/stacks.ts";
import { workerProperties } from "#stages/connect/files.ts";
import { freshSecrets, type Stack, type StackPlan, type StackSecrets, stackSecrets, startStack } from "../stack.ts";
import type { RunParts } from "./find-parts.ts";
import { rememberLogs } from "./kept-logs.ts";
import type { StackPool } from "./stack-pool.ts";

export interface SessionRequest {
  readonly plan: StackPlan;
  readonly parts: RunParts;
  readonly proxied: ReadonlySet<LinkName>;
  /** The run's folder: the logs of a stack that has to be started lie there, and what a kept one writes meanwhile. */
  readonly folder: string;
  readonly cacheDir: string;
  readonly stateDir: string;
  readonly history: History;
  /** The servers that are needed, where not all are; a kept stack has more. */
  readonly only?: readonly string[];
  /** Where it is to find its stack, with other runs of this process. */
  readonly pool?: StackPool;
  /** Whether others on its stack would feel what it does. */
  readonly alone?: boolean;
}

/** A stack that is starting, or a kept one that runs already. */
export interface Session {
  readonly stack: Stack;
  /** Where its servers write their logs. */
  readonly logs: string;
  /** The stack was there before this run, and nobody else uses it now: what still runs on it is left from earlier ones. */
  readonly inherited: boolean;
  /** Others use it after this run, or now: the run's own pipeline is not left on it. */
  readonly shared?: boolean;
  /** Lets the stack live on after this process. Called once it has proved to be well. */
  keep(): Promise<void>;
  /** Makes what lets the next stack start faster, where it is missing. Stops servers: the last thing a run does. */
  archive(): Promise<void>;
}

/** What a kept stack is known by: another plan, or another version of a part, is another stack. */
const details = z.object({ fits: z.string(), secrets: z.string() });

/** Ends what earlier crashes left behind, and says so. */
export async function clearStacks({ stateDir, history }: Pick<SessionRequest, "stateDir" | "history">): Promise<void> {
  for (const { stackId, because, killed, failed } of await clearLeftovers({ stateDir })) {
    const outcome =
      failed === undefined
        ? `cleared stack ${stackId} (${because}): ended ${killed.join(", ") || "nothing"}`
        : `stack ${stackId} is left (${because}) and could not be ended: ${failed}`;
    history.append({ type: "note", text: outcome });
  }
}

/** Finds the kept stack that fits or one of the pool, or starts one. The servers may still be starting when this returns. */
export async function openSession(request: SessionRequest, scope: Scope): Promise<Session> {
  if (request.pool !== undefined) return request.pool.join({ request, scope, start: startFresh });
  const kept = await findKept(request);
  if (kept === undefined) return startFresh(request, scope);
  const inner = await scope.child(`kept stack ${kept.record.stackId}`);
  try {
    return await adopt({ request, kept, scope: inner });
  } catch (error) {
    // It was well when it was looked for: a server of its that is being killed lives on for a moment.
    if (!(error instanceof FloeError && error.code === "KEPT_STACK_BROKEN")) throw error;
    await inner[Symbol.asyncDispose]();
    request.history.append({ type: "note", text: `${error.message}; starting a stack of our own` });
    await clearStacks(request);
    return startFresh(request, scope);
  }
}

/**
 * A port that somebody took between its choice and its use: everything that was started is ended and started again, on
 * other ports.
 */
export async function onFreePorts<T>({
  scope,
  history,
  attempt,
}: {
  scope: Scope;
  history: History;
  attempt: (scope: Scope) => Promise<T>;
}): Promise<T> {
  for (let tries = 1; ; tries++) {
    const inner = await scope.child(`attempt ${tries}`);
    try {
      return await attempt(inner);
    } catch (error) {
      if (!(error instanceof FloeError && error.code === "PORT_TAKEN") || tries === 3) throw error;
      history.append({ type: "note", text: `${error.message}; starting again on other ports` });
      await inner[Symbol.asyncDispose]();
    }
  }
}

async function startFresh(request: SessionRequest, scope: Scope): Promise<Session> {
  const { plan, parts } = request;
  const runtime = await openRuntime(request);
  await scope.own("runtime", runtime);
  const secrets = freshSecrets();
  const stack = await begin({ request, scope, runtime, secrets });
  const keep = () => runtime.keep({ fits: fingerprint(plan, parts), secrets: JSON.stringify(secrets) });
  const archive = async () => {
    const names = (await runtime.archiveClasses?.()) ?? [];
    if (names.length > 0)
      request.history.append({
        type: "note",
        text: `the next start will be faster: classes of ${names.join(", ")} archived`,
      });
  };
  return { stack, logs: join(request.folder, "logs"), inherited: false, keep, archive };
}

async function openRuntime(request: SessionRequest): Promise<Runtime> {
  const { plan, parts } = request;
  const jvm = plan.profile === "fast" ? ("fast" as const) : ("default" as const);
  const options = { ...request, stackId: freshRunId(), jvm, onServer: tellServers(request) };
  if (parts.runtime === "native")
    return openNativeRuntime({ ...options, parts: parts.native, classDataSharing: true, recordClasses: true });
  const { openDockerRuntime } = await import("#runtime/docker/runtime.ts");
  return openDockerRuntime({ ...options, images: parts.images });
}

async function adopt({
  request,
  kept,
  scope,
}: {
  request: SessionRequest;
  kept: StackState;
  scope: Scope;
}): Promise<Session> {
  const { runtime, logs } = await attach({ request, record: kept.record, scope });
  const secrets = stackSecrets.parse(JSON.parse(details.parse(kept.record.details).secrets));
  request.history.append({ type: "note", text: `using the kept stack ${kept.record.stackId}; ./floe down ends it` });
  const stack = await begin({ request, scope, runtime, secrets });
  return {
    stack,
    logs,
    inherited: kept.users === 0,
    keep: () => runtime.keep(),
    archive: async () => undefined,
  };
}

interface Attaching {
  readonly request: SessionRequest;
  readonly record: StackState["record"];
  readonly scope: Scope;
}

/** Processes go on writing their logs where they were started; of containers each harness follows its own share. */
async function attach({ request, record, scope }: Attaching): Promise<{ runtime: Runtime; logs: string }> {
  const { stateDir, folder } = request;
  const ownLogs = join(folder, "logs");
  const onServer = tellServers(request);
  if (record.runtime === "docker") {
    const { attachDockerRuntime } = await import("#runtime/docker/attach.ts");
    const runtime = await attachDockerRuntime({ stateDir, record, onServer, logs: ownLogs });
    return { runtime: await scope.own("runtime", runtime), logs: ownLogs };
  }
  const logs = join(record.folder, "logs");
  const copyLogs = rememberLogs(logs);
  await scope.defer("copies of logs", () => copyLogs(ownLogs));
  const runtime = await attachNativeRuntime({ stateDir, record, onServer });
  return { runtime: await scope.own("runtime", runtime), logs };
}

async function begin({
  request,
  scope,
  runtime,
  secrets,
}: {
  request: SessionRequest;
  scope: Scope;
  runtime: Runtime;
  secrets: StackSecrets;
}): Promise<Stack> {
  const { plan, proxied, parts, history, only } = request;
  return startStack({
    scope,
    runtime,
    plan,
    secrets,
    proxied,
    pluginPath: parts.pluginPath,
    discovery: parts.ownPlugins ? "hybrid_warn" : "service_load",
    worker: await workerProperties(plan.profile),
    only,
    onReady: (server, ms) => history.append({ type: "step", text: `${server} ready`, ms }),
  });
}

/** Proxies live in the harness: a scenario that wants one in a link of the brokers needs a stack of its own. */
async function findKept({ plan, parts, proxied, stateDir }: SessionRequest): Promise<StackState | undefined> {
  if (proxied.size > 0) return undefined;
  const wanted = fingerprint(plan, parts);
  return (await listStacks({ stateDir })).find(
    ({ condition, record }) => condition === "kept" && details.safeParse(record.details).data?.fits === wanted,
  );
}

function fingerprint(plan: StackPlan, parts: RunParts): string {
  const { runtime, versions, pluginPath } = parts;
  const images = parts.runtime === "docker" ? parts.images : {};
  return JSON.stringify({ runtime, plan, versions, pluginPath, images });
}

function tellServers({ history }: SessionRequest): OnServer {
  return (server, state, detail) =>
    history.append({ type: "server", server, state, ...(detail === undefined ? {} : { detail }) });
}
