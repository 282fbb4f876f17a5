import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, defaultParts, type Parts } from "#artifacts/resolve.ts";
import { resolveJars } from "#artifacts/resolve-jars.ts";
import { freshRunId } from "#core/random.ts";
import { pluginFolder } from "#runtime/docker/command.ts";
import { openNativeRuntime } from "#runtime/native/runtime.ts";
import type { RunningServer, Runtime, ServerSpec } from "#runtime/port.ts";

/** A runtime with the real parts, in a folder of its own that goes with it. */
export interface TestRuntime extends AsyncDisposable {
  readonly runtime: Runtime;
  /** The parts of this machine, whichever the runtime is. */
  readonly parts: Parts;
  /** Where the runtime's workers find both connectors. */
  readonly pluginPath: readonly string[];
  /** Starts one server. */
  start(spec: ServerSpec): Promise<RunningServer>;
}

/** Which runtime the contract tests run on: vitest's project `docker` runs them once more. */
export const onDocker = process.env["FLOE_TEST_RUNTIME"] === "docker";

export async function openTestRuntime(): Promise<TestRuntime> {
  const base = await mkdtemp(join(tmpdir(), "floe-contract-"));
  const parts = await defaultParts();
  const options = {
    stackId: freshRunId(),
    folder: join(base, "run"),
    stateDir: join(base, "state"),
    cacheDir: cacheFolder(process.env),
    onServer: () => undefined,
    jvm: "fast" as const,
  };
  const runtime = onDocker
    ? await openContainers(options)
    : await openNativeRuntime({ ...options, parts, classDataSharing: false });
  return {
    runtime,
    parts,
    pluginPath: onDocker ? [pluginFolder] : parts.pluginPath,
    start: async (spec) => (await runtime.place(spec)).start(),
    [Symbol.asyncDispose]: async () => {
      await runtime[Symbol.asyncDispose]();
      await rm(base, { recursive: true, force: true });
    },
  };
}

type RuntimeOptions = Omit<Parameters<typeof openNativeRuntime>[0], "parts" | "classDataSharing">;

async function openContainers(options: RuntimeOptions): Promise<Runtime> {
  const { connectEngine } = await import("#runtime/docker/engine.ts");
  const { ensureImages } = await import("#runtime/docker/images.ts");
  const { openDockerRuntime } = await import("#runtime/docker/runtime.ts");
  const request = {
    set: {},
    cacheDir: options.cacheDir,
    objectStore: "s3proxy" as const,
    catalog: "rest" as const,
    plugins: [],
    onProgress: () => undefined,
  };
  const [engine, jars] = await Promise.all([connectEngine(), resolveJars(request)]);
  const { images } = await ensureImages({ ...request, engine, jars, instead: {} });
  return openDockerRuntime({ ...options, images });
}
