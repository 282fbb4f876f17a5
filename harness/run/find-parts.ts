import { type Parts, type PartsRequest, resolveParts } from "#artifacts/resolve.ts";
import { resolveJars } from "#artifacts/resolve-jars.ts";
import { pluginFolder } from "#runtime/docker/command.ts";
import type { ImagesRequest, StackImages } from "#runtime/docker/images.ts";

export type RuntimeName = "native" | "docker";

/** What a run's servers are started with, and what the harness itself needs. */
export type RunParts = Pick<Parts, "versions" | "pluginPath" | "ownPlugins" | "duckdbExtensions"> & StartedWith;

type StartedWith =
  | { readonly runtime: "native"; readonly native: Parts }
  | { readonly runtime: "docker"; readonly images: StackImages["images"] };

export interface RunPartsRequest extends PartsRequest {
  readonly runtime: RuntimeName;
  /** Images in place of the pinned ones, by part. */
  readonly image: ImagesRequest["instead"];
}

/** Finds the parts for the runtime, and fetches, pulls or builds what is missing. */
export async function findParts(request: RunPartsRequest): Promise<RunParts> {
  return request.runtime === "docker" ? findImages(request) : findPrograms(request);
}

async function findPrograms(request: RunPartsRequest): Promise<RunParts> {
  const native = await resolveParts(request);
  const { versions, pluginPath, ownPlugins, duckdbExtensions } = native;
  return { runtime: "native", native, versions, pluginPath, ownPlugins, duckdbExtensions };
}

/** The engine is asked first: without one nothing needs to be fetched. Its driver is loaded for it alone. */
async function findImages(request: RunPartsRequest): Promise<RunParts> {
  const [{ connectEngine }, { ensureImages }] = await Promise.all([
    import("#runtime/docker/engine.ts"),
    import("#runtime/docker/images.ts"),
  ]);
  const engine = await connectEngine();
  const jars = await resolveJars(request);
  const { images, versions } = await ensureImages({ ...request, engine, jars, instead: request.image });
  return {
    runtime: "docker",
    images,
    versions,
    pluginPath: [pluginFolder],
    ownPlugins: request.plugins.length > 0,
    duckdbExtensions: jars.duckdbExtensions,
  };
}
