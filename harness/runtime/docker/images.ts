import { assertCompatible } from "#artifacts/compatible.ts";
import type { OnProgress } from "#artifacts/progress.ts";
import type { Jars } from "#artifacts/resolve-jars.ts";
import type { VersionSet } from "#core/versions.ts";
import type { Part } from "../port.ts";
import type { Engine } from "./engine.ts";
import { askImage } from "./image-answers.ts";
import { ensureOwnImage, type OwnImage } from "./image-build.ts";
import type { ImageName } from "./image-names.ts";
import { ensureImage, type WantedImage } from "./image-pull.ts";
import { type ImageKind, pinnedImages } from "./versions.ts";

export interface ImagesRequest {
  readonly engine: Engine;
  readonly cacheDir: string;
  readonly jars: Jars;
  readonly objectStore: "s3proxy" | "minio" | "rustfs";
  readonly catalog: "rest" | "hadoop";
  readonly instead: Readonly<Partial<Record<ImageName, string>>>;
  readonly onProgress: OnProgress;
}

export interface StackImages {
  readonly images: Readonly<Record<Part, string>>;
  readonly versions: VersionSet;
}

/** Brings every image of a stack onto the engine: pulls the public ones, builds our own. */
export async function ensureImages(request: ImagesRequest): Promise<StackImages> {
  const [mysql, kafka, connect, catalog, objectStore] = await Promise.all([
    ensurePublic(request, "mysql", "mysql"),
    ensurePublic(request, "kafka", "kafka"),
    ensureOwn(request, "connect"),
    request.catalog === "rest" ? ensureOwn(request, "catalog") : "",
    request.objectStore === "s3proxy"
      ? ensureOwn(request, "object-store")
      : ensurePublic(request, "object-store", request.objectStore),
  ]);
  const images = { mysql, kafka, connect, catalog, "object-store": objectStore };
  return { images, versions: await versionsOf(request, images) };
}

async function ensurePublic(request: ImagesRequest, name: ImageName, kind: ImageKind): Promise<string> {
  const wanted = await wantedImage(request, name, kind);
  await ensureImage(wanted, request);
  return wanted.image;
}

/** The user's own choice has no digest of ours. Another version of Kafka is another tag of its image. */
async function wantedImage(request: ImagesRequest, name: ImageName, kind: ImageKind): Promise<WantedImage> {
  const given = request.instead[name];
  if (given !== undefined) return { kind: name, image: given };
  const pinned = (await pinnedImages())[kind];
  if (kind !== "kafka" || pinned.image.endsWith(`:${request.jars.versions.kafka}`)) return { kind: name, ...pinned };
  return { kind: name, image: pinned.image.replace(/:[^:]*$/, `:${request.jars.versions.kafka}`) };
}

async function ensureOwn(request: ImagesRequest, name: "connect" | "catalog" | "object-store"): Promise<string> {
  const given = request.instead[name];
  if (given !== undefined) {
    await ensureImage({ kind: name, image: given }, request);
    return given;
  }
  const { jars } = request;
  const own: OwnImage = {
    name: name === "object-store" ? "s3proxy" : name,
    java: await wantedImage(request, "java", "java"),
    libs: jars.libs[name],
    plugins: name === "connect" ? jars.plugins : { ours: [], ofUser: [], key: [] },
  };
  return ensureOwnImage(own, request);
}

async function versionsOf(request: ImagesRequest, images: StackImages["images"]): Promise<VersionSet> {
  const { jars, objectStore } = request;
  const ask = (part: Part, command: readonly string[], pattern: RegExp) =>
    askImage({ ...request, image: images[part], command, pattern });
  const [mysql, java, store] = await Promise.all([
    ask("mysql", ["mysqld", "--version"], /Ver (\d+\.\d+\.\d+)/),
    ask("connect", ["java", "-version"], /version "([^"]+)"/),
    objectStore === "s3proxy"
      ? jars.versions.s3proxy
      : ask("object-store", [objectStore, "--version"], /(RELEASE\.\S+|DEVELOPMENT\.\S+|\d+\.\d+\.\d+\S*)/),
  ]);
  const { kafka, debezium, iceberg, catalog, duckdb } = jars.versions;
  assertCompatible({ kafka, debezium, iceberg, catalog, mysql });
  return { kafka, debezium, iceberg, catalog, mysql, objectStore: `${objectStore} ${store}`, duckdb, java };
}
