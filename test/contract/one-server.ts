import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, defaultParts, type Parts } from "#artifacts/resolve.ts";
import { freshRunId } from "#core/random.ts";
import { openNativeRuntime } from "#runtime/native/runtime.ts";
import type { RunningServer, Runtime, ServerSpec } from "#runtime/port.ts";

/** A native runtime with the real parts, in a folder of its own that goes with it. */
export interface TestRuntime extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly parts: Parts;
  /** Starts one server. */
  start(spec: ServerSpec): Promise<RunningServer>;
}

export async function openTestRuntime(): Promise<TestRuntime> {
  const base = await mkdtemp(join(tmpdir(), "floe-contract-"));
  const cacheDir = cacheFolder(process.env);
  const parts = await defaultParts();
  const runtime = await openNativeRuntime({
    stackId: freshRunId(),
    folder: join(base, "run"),
    stateDir: join(base, "state"),
    cacheDir,
    parts,
    onServer: () => undefined,
    jvm: "fast",
    classDataSharing: false,
  });
  return {
    runtime,
    parts,
    start: async (spec) => (await runtime.place(spec)).start(),
    [Symbol.asyncDispose]: async () => {
      await runtime[Symbol.asyncDispose]();
      await rm(base, { recursive: true, force: true });
    },
  };
}
