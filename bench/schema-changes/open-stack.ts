import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "#artifacts/resolve.ts";
import type { Scope } from "#core/scope.ts";
import { type Clients, openClients } from "#pipeline";
import { findParts, type RunParts } from "#run/find-parts.ts";
import { openHistory } from "#run/history-file.ts";
import { openSession } from "#run/session.ts";
import type { Stack } from "../../harness/stack.ts";

/** A stack that is up, with nothing on it yet. */
export interface Bare {
  readonly stack: Stack;
  readonly clients: Clients;
  readonly parts: RunParts;
}

/** Starts a stack without a pipeline; it ends with the scope. A run's own pipeline, if it fails, would end the run. */
export async function openBareStack(scope: Scope): Promise<Bare> {
  const folder = mkdtempSync(join(tmpdir(), "floe-schema-"));
  await scope.defer("folder", () => rmSync(folder, { recursive: true, force: true }));
  const cacheDir = cacheFolder(process.env);
  const shared = { cacheDir, objectStore: "s3proxy", catalog: "rest" } as const;
  const parts = await findParts({
    ...shared,
    runtime: "native",
    image: {},
    set: {},
    plugins: [],
    onProgress: () => undefined,
  });
  const plan = {
    ...shared,
    profile: "fast",
    brokers: 1,
    workers: 1,
    topology: "shared",
    replica: "none",
    positions: "gtid",
    workerHeapMb: 1_536,
  } as const;
  const history = await scope.own("history", openHistory(join(folder, "history.jsonl")));
  const stateDir = join(folder, "stacks");
  const request = { plan, parts, proxied: new Set<never>(), folder, cacheDir, stateDir, history };
  const { stack } = await openSession(request, scope);
  await stack.ready;
  return { stack, clients: await openClients({ stack, scope }), parts };
}
