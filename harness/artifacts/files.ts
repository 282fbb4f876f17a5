import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { environmentError, invariant } from "#core/errors.ts";
import { cacheProblem } from "./cache.ts";
import { sha256Of } from "./checksum.ts";
import { jarPath, parseCoordinates } from "./coordinates.ts";
import type { Place } from "./fetch.ts";
import type { LockedArtifact } from "./lock.ts";
import { partsMissing } from "./missing.ts";
import type { OnProgress } from "./progress.ts";
import { addStamps, readStamps, type Stamp, sameStamp, stampOf } from "./stamps.ts";

/** Files of one part, under the name that progress is told by. */
export interface WantedFiles {
  readonly part: string;
  readonly artifacts: readonly LockedArtifact[];
}

export interface FilesOptions {
  readonly cacheDir: string;
  /** Reckons every sha256 again, whatever the stamps say. */
  readonly thorough?: boolean;
  readonly onProgress: OnProgress;
}

/** Where the cache keeps an artifact. */
export function artifactPath(artifact: LockedArtifact): string {
  return "jar" in artifact ? jarPath(parseCoordinates(artifact.jar)) : join("wheels", artifact.file);
}

/** Brings every file into the cache, side by side, each checked by its sha256. Throws one error for all that cannot be had. */
export async function ensureFiles(wanted: readonly WantedFiles[], options: FilesOptions): Promise<void> {
  const missing = await missingFiles(wanted, options);
  if (missing.length === 0) return;
  // The registries' clients are loaded only now: most starts fetch nothing, and they cost as much as all the rest.
  const { fetchParts } = await import("./fetch.ts");
  const { cacheDir, onProgress } = options;
  const stamps: Record<string, Stamp> = {};
  const shortfalls = await fetchParts(missing, { cacheDir, onProgress, place: placeInto(cacheDir, stamps) });
  await addStamps(cacheDir, stamps);
  if (shortfalls.length > 0) throw partsMissing(cacheDir, shortfalls);
}

/** What is not in the cache, or not as it was when it was checked. */
export async function missingFiles(wanted: readonly WantedFiles[], options: FilesOptions): Promise<WantedFiles[]> {
  const { cacheDir, thorough = false } = options;
  const stamps = await readStamps(cacheDir);
  const renewed: Record<string, Stamp> = {};
  const missing: WantedFiles[] = [];
  for (const { part, artifacts } of wanted) {
    const absent: LockedArtifact[] = [];
    for (const artifact of artifacts) {
      const path = artifactPath(artifact);
      const now = stampOf(cacheDir, path, artifact.sha256);
      if (!thorough && sameStamp(now, stamps[path])) continue;
      const whole = now?.[0] === artifact.size && (await sha256Of(join(cacheDir, path))) === artifact.sha256;
      if (whole) renewed[path] = now;
      else absent.push(artifact);
    }
    if (absent.length > 0) missing.push({ part, artifacts: absent });
  }
  await addStamps(cacheDir, renewed);
  return missing;
}

/** Puts a file into the cache by a rename, once it is known to be the right one, and stamps it. */
function placeInto(cacheDir: string, stamps: Record<string, Stamp>): Place {
  return async ({ artifact, file, sha256 }) => {
    if (sha256 !== artifact.sha256) throw wrongContent(artifact, sha256);
    const path = artifactPath(artifact);
    try {
      await mkdir(dirname(join(cacheDir, path)), { recursive: true });
      await rename(file, join(cacheDir, path));
    } catch (error) {
      throw cacheProblem(cacheDir, error);
    }
    const stamp = stampOf(cacheDir, path, sha256);
    invariant(stamp !== undefined, "a file that was just put in place is there");
    stamps[path] = stamp;
  };
}

function wrongContent(artifact: LockedArtifact, sha256: string): Error {
  return environmentError({
    code: "WRONG_CONTENT",
    what: `the registry gave another file than the lock file names for ${"jar" in artifact ? artifact.jar : artifact.wheel}`,
    expected: `sha256 ${artifact.sha256}`,
    got: `sha256 ${sha256}`,
    remedy: "ask whoever runs your mirror; if the file was changed on purpose, npm run lock",
  });
}
