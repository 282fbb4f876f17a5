import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "#artifacts/cache.ts";
import { freshRunId } from "#core/random.ts";
import { connectEngine } from "#runtime/docker/engine.ts";
import { type DockerOptions, openDockerRuntime } from "#runtime/docker/runtime.ts";
import { type ImageKind, pinnedImages } from "#runtime/docker/versions.ts";
import type { ServerSpec } from "#runtime/port.ts";
import { objectStoreServer } from "#stages/object-store/server.ts";

const pinned = await pinnedImages();
const image = (kind: ImageKind) => pinned[kind].image;

/** Options of a runtime in a folder of its own, with the public images only. */
export function dockerOptions(more: Partial<DockerOptions> = {}): DockerOptions {
  const base = mkdtempSync(join(tmpdir(), "floe-docker-"));
  return {
    stackId: freshRunId(),
    folder: join(base, "run"),
    stateDir: join(base, "state"),
    cacheDir: cacheFolder(process.env),
    images: { mysql: image("mysql"), kafka: image("kafka"), connect: "", catalog: "", "object-store": image("minio") },
    onServer: () => undefined,
    jvm: "fast",
    ...more,
  };
}

export const openRuntime = (more: Partial<DockerOptions> = {}) => openDockerRuntime(dockerOptions(more));

const keys = { accessKey: "hunter2hunter2", secretKey: "hunter2hunter2" };

/** MinIO under another name: a real server that is up in a second. */
export function storeSpec(name = "object-store"): ServerSpec {
  return { ...objectStoreServer({ kind: "minio", bucket: "lake", ...keys }), name };
}

export const storeKeys = keys;

/** What the engine holds of a stack: containers, networks and volumes, by name. */
export async function heldOf(stackId: string): Promise<string[]> {
  const { docker } = await connectEngine();
  const filters = { label: [`floe.stack=${stackId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  const { Volumes } = await docker.listVolumes({ filters });
  return [
    ...containers.map(({ Names }) => Names[0] ?? ""),
    ...networks.map(({ Name }) => Name),
    ...(Volumes ?? []).map(({ Name }) => Name),
  ];
}
