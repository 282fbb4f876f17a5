import { existsSync } from "node:fs";
import { chmod, mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { environmentError } from "#core/errors.ts";
import { run } from "#process/run.ts";
import { askOnce } from "./answers.ts";
import { incomingFolder } from "./cache.ts";
import { onPath } from "./programs.ts";
import { type OnProgress, tellStep } from "./progress.ts";

/** MinIO's last commit: the project was archived, so there will be no newer one. Go's checksum database vouches for it. */
const minioVersion = "v0.0.0-20260212201848-7aac2a2c5b7c";
const minioModule = "github.com/minio/minio";

/** An S3 server that is a program of its own: on PATH, or built before; undefined otherwise. */
export function findObjectStore(cacheDir: string, name: "minio" | "rustfs"): string | undefined {
  const built = builtMinio(cacheDir);
  return onPath(name) ?? (name === "minio" && existsSync(built) ? built : undefined);
}

/** The same, and MinIO is built by Go where there is none. RustFS has no registry to come from. */
export async function objectStoreProgram(
  cacheDir: string,
  name: "minio" | "rustfs",
  onProgress: OnProgress,
): Promise<string> {
  const found = findObjectStore(cacheDir, name);
  if (found !== undefined) return found;
  const go = onPath("go");
  if (name === "rustfs" || go === undefined) throw programMissing(name);
  return buildMinio({ cacheDir, go, onProgress });
}

/** As it tells it itself, for the run's record. */
export async function programVersion(cacheDir: string, name: string, command: string): Promise<string> {
  const said = await askOnce({ cacheDir, command, args: ["--version"] });
  return `${name} ${/RELEASE\.\S+|\d+\.\d+\.\d+\S*/.exec(said ?? "")?.[0] ?? "of unknown version"}`;
}

interface BuildOptions {
  readonly cacheDir: string;
  readonly go: string;
  readonly onProgress: OnProgress;
}

/** Go's caches for it take 2.4 GB, its temporary files 0.6 GB: they are this build's own and go when it ends, or is ended. */
async function buildMinio({ cacheDir, go, onProgress }: BuildOptions): Promise<string> {
  tellStep(onProgress, "minio", "building");
  await using work = await incomingFolder(cacheDir);
  const [bin, temporary] = [join(work.path, "bin"), join(work.path, "tmp")];
  await mkdir(temporary);
  await run({
    command: go,
    args: ["install", "-trimpath", `${minioModule}@${minioVersion}`],
    what: `have Go install ${minioModule}@${minioVersion}`,
    withinMs: 1_200_000,
    remedy: "put a minio on PATH, or leave --object-store out; Go's proxy is in GOPROXY",
    env: {
      GOBIN: bin,
      GOMODCACHE: join(work.path, "mod"),
      GOCACHE: join(work.path, "build"),
      GOTMPDIR: temporary,
      GOFLAGS: "-modcacherw",
    },
  });
  const place = builtMinio(cacheDir);
  await mkdir(dirname(place), { recursive: true });
  await chmod(join(bin, "minio"), 0o755);
  await rename(join(bin, "minio"), place);
  tellStep(onProgress, "minio", "ready");
  return place;
}

function builtMinio(cacheDir: string): string {
  return join(cacheDir, "programs", `minio-${minioVersion}`);
}

function programMissing(name: string): Error {
  return environmentError({
    code: "PROGRAM_MISSING",
    what: `there is no ${name} on PATH`,
    expected: name === "minio" ? "minio on PATH, or go to build it with" : "rustfs on PATH",
    remedy: `install ${name}, or leave --object-store out: S3Proxy needs nothing installed`,
  });
}
