import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { tellStep } from "#artifacts/progress.ts";
import type { CachedJar, PluginFolders } from "#artifacts/resolve-jars.ts";
import { environmentError } from "#core/errors.ts";
import { type ArchivedFile, archive } from "./archive.ts";
import { ownLibs, pluginFolder } from "./command.ts";
import type { Engine } from "./engine.ts";
import { ensureImage, hasImage, type ImageOptions, type WantedImage } from "./image-pull.ts";
import { dockerFolder } from "./versions.ts";

/** An image of our own: a Java with jars of the lock file in it. */
export interface OwnImage {
  readonly name: "connect" | "catalog" | "s3proxy";
  readonly java: WantedImage;
  readonly libs: readonly CachedJar[];
  readonly plugins: PluginFolders;
}

/** Builds it where it is missing. Its tag is a hash of all that it is made of; `latest` is for docker/compose.yaml. */
export async function ensureOwnImage(own: OwnImage, options: ImageOptions): Promise<string> {
  const { engine, onProgress } = options;
  const dockerfile = await readFile(join(dockerFolder, own.name, "Dockerfile"), "utf8");
  const image = `floe/${own.name}:${contentHash(own, dockerfile)}`;
  if (await hasImage(engine, image)) return image;
  await ensureImage(own.java, options);
  tellStep(onProgress, `image ${image}`, "building");
  const files = [text("Dockerfile", dockerfile), ...(await rootfs(own))];
  const output = await engine.docker.buildImage(archive({ files, owner: { uid: 0, gid: 0 } }), {
    t: image,
    buildargs: { JAVA: own.java.image },
    labels: { "floe.image": own.name },
    networkmode: "none",
    forcerm: true,
  });
  await followBuild(engine, image, output);
  await engine.docker.getImage(image).tag({ repo: `floe/${own.name}`, tag: "latest" });
  tellStep(onProgress, `image ${image}`, "ready");
  return image;
}

/** To be changed with how `rootfs` lays out the files. */
const layout = "2";

function contentHash({ java, libs, plugins }: OwnImage, dockerfile: string): string {
  const sums = libs.map(({ file, sha256 }) => `${basename(file)} ${sha256}`);
  const inputs = [layout, dockerfile, passwd(), java.image, java.digest ?? "", ...sums, ...plugins.key];
  return createHash("sha256").update(inputs.join("\n")).digest("hex").slice(0, 16);
}

const passwd = () => readFileSync(join(dockerFolder, "passwd"), "utf8");

/** The image's own files. The user's plugins come last, in a layer of their own: they change more often than all the rest. */
async function rootfs({ libs, plugins }: OwnImage): Promise<ArchivedFile[]> {
  const jars = libs.map(({ file }) => ({ name: `${ownLibs}/${basename(file)}`, file }));
  const pluginFiles = async (folders: readonly string[]) =>
    (await Promise.all(folders.map((folder) => filesBelow(folder, pluginFolder)))).flat();
  return [
    ...tree("rootfs", [...jars, ...(await pluginFiles(plugins.ours))]),
    text("rootfs/etc/passwd", passwd()),
    ...tree("plugins", await pluginFiles(plugins.ofUser)),
  ];
}

/** Files below a folder of the context, in a fixed order. Each folder by itself: one made on the way has the time of its making. */
function tree(top: string, files: readonly { name: string; file: string }[]): ArchivedFile[] {
  const sorted = files.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const folders = new Set(["", "/etc", ...sorted.flatMap(({ name }) => ancestors(name))]);
  return [
    ...[...folders].map((name) => ({ name: `${top}${name}/`, mode: 0o755, content: "" })),
    ...sorted.map(({ name, file }) => ({ name: `${top}${name}`, mode: 0o644, content: { file } })),
  ];
}

function ancestors(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, at) => `/${parts.slice(0, at + 1).join("/")}`);
}

/** The files of a plugin's folder; links are followed. What the cache notes about it stays out. */
async function filesBelow(folder: string, below: string): Promise<{ name: string; file: string }[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .filter(({ name }) => !name.startsWith(".floe-"))
    .map(async (entry) => {
      const file = join(folder, entry.name);
      const name = `${below}/${entry.name}`;
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(file)));
      return isFolder ? filesBelow(file, name) : [{ name, file }];
    });
  return (await Promise.all(found)).flat();
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

const text = (name: string, content: string): ArchivedFile => ({ name, mode: 0o644, content });

/** The engine tells a failed step in the stream of its output, whose status was good. */
export async function followBuild({ docker }: Engine, image: string, output: NodeJS.ReadableStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  docker.modem.followProgress(output, (error, events) =>
    resolve(error === null ? events : [...(events ?? []), { error: error.message }]),
  );
  const lines = (await promise).map((event) => buildLine.parse(event));
  const failure = lines.find(({ error }) => error !== undefined);
  if (failure === undefined) return;
  throw environmentError({
    code: "IMAGE_NOT_BUILT",
    what: `the image ${image} could not be built`,
    got: failure.error ?? "",
    remedy: "look at the build's last lines; --runtime native needs no image",
    evidence: lines.flatMap(({ stream = "" }) => (stream.trim() === "" ? [] : [stream.trim()])).slice(-8),
  });
}

const buildLine = z.looseObject({ stream: z.string().optional(), error: z.string().optional() });
