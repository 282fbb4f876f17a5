import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostPort } from "#core/addresses.ts";
import type { Profile } from "#core/pipeline-spec.ts";
import type { Scope } from "#core/scope.ts";
import { findParts, type RunPartsRequest } from "#run/find-parts.ts";
import { stackPlan } from "#run/plan.ts";
import { clearStacks, openSession } from "#run/session.ts";
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
  await scope.defer("its folder", () => rm(folder, { recursive: true, force: true }));
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
  const { stack } = await openSession({ ...request, only: ["kafka-1", "connect-1"] }, scope);
  await stack.ready;
  const { source } = stack.connect;
  return { connect: connectClient(source), where: hostPort(source), thrownAway: true };
}
