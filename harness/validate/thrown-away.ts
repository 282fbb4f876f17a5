import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostPort } from "#core/addresses.ts";
import type { Profile } from "#core/pipeline-spec.ts";
import type { Scope } from "#core/scope.ts";
import { findParts, type RunPartsRequest } from "#run/find-parts.ts";
import { stackPlan } from "#run/plan.ts";
import { clearStacks, onFreePorts, openSession } from "#run/session.ts";
import { connectClient } from "#stages/connect/client.ts";
import type { Worker } from "./connect.ts";

export interface WorkerRequest {
  readonly parts: Omit<RunPartsRequest, "catalog" | "onProgress" | "thorough">;
  readonly profile: Profile;
  readonly stateDir: string;
  readonly scope: Scope;
  readonly note: (text: string) => void;
}

/** A worker with the pinned plugins and the user's own, and a broker behind it; a kept stack's where there is one. */
export async function startWorker({ parts, profile, stateDir, scope, note }: WorkerRequest): Promise<Worker> {
  const found = await findParts({ ...parts, catalog: "rest", onProgress: () => undefined });
  const folder = await mkdtemp(join(tmpdir(), "floe-validate-"));
  // A run's folder has it, and what a kept stack writes meanwhile is copied there.
  await mkdir(join(folder, "logs"));
  let started = false;
  // The logs of servers that did not start are the evidence.
  await scope.defer("its folder", async () => {
    if (started) await rm(folder, { recursive: true, force: true });
  });
  const history = {
    append: (event: { type: string; text?: string }) => void (event.type === "note" && note(event.text ?? "")),
  };
  await clearStacks({ stateDir, history });
  // As scenarios have it unless they ask for another: a kept stack of theirs fits.
  const plan = stackPlan({ request: { scenario: {}, profile, objectStore: parts.objectStore } });
  const request = {
    plan,
    parts: found,
    proxied: new Set<never>(),
    folder,
    cacheDir: parts.cacheDir,
    stateDir,
    history,
  };
  const attempt = async (inner: Scope) => {
    const { stack } = await openSession({ ...request, only: ["kafka-1", "connect-1"] }, inner);
    await stack.ready;
    return stack.connect;
  };
  const { source } = await onFreePorts({ scope, history, attempt });
  started = true;
  return { connect: connectClient(source), where: hostPort(source), thrownAway: true };
}
