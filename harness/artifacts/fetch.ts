import { join } from "node:path";
import { cacheProblem, incomingFolder } from "./cache.ts";
import { sha256Of } from "./checksum.ts";
import { type Coordinates, jarName, parseCoordinates } from "./coordinates.ts";
import type { LockedArtifact, LockedJar, LockedWheel } from "./lock.ts";
import type { Shortfall } from "./missing.ts";
import { byteCounter, type OnProgress } from "./progress.ts";
import { downloadJar, isUnreachable, type JarDownload } from "./registry/jars.ts";
import { copyByMaven, mavenKnowsBetter } from "./registry/maven.ts";
import { pipDownload } from "./registry/pip.ts";

/** Takes over a file that was fetched. Throws where it is not the one that the lock file names. */
export type Place = (fetched: { artifact: LockedArtifact; file: string; sha256: string }) => Promise<void>;

export interface FetchOptions {
  readonly cacheDir: string;
  readonly onProgress: OnProgress;
  readonly place: Place;
}

interface PartFiles {
  readonly part: string;
  readonly artifacts: readonly LockedArtifact[];
}

/** Fetches the files of several parts through the ordinary clients of their registries. Returns what could not be had. */
export async function fetchParts(parts: readonly PartFiles[], options: FetchOptions): Promise<Shortfall[]> {
  const byMaven = await mavenKnowsBetter();
  if (!byMaven) return (await Promise.all(parts.map((part) => fetchPart(part, { ...options, byMaven })))).flat();
  // One by one: two Mavens on one local repository get into each other's way.
  const shortfalls: Shortfall[] = [];
  for (const part of parts) shortfalls.push(...(await fetchPart(part, { ...options, byMaven })));
  return shortfalls;
}

interface PartOptions extends FetchOptions {
  /** Lets Maven fetch the jars, because it was told of a mirror. */
  readonly byMaven: boolean;
}

async function fetchPart({ part, artifacts }: PartFiles, options: PartOptions): Promise<Shortfall[]> {
  const { cacheDir, onProgress, byMaven, place } = options;
  const totalBytes = artifacts.reduce((sum, artifact) => sum + artifact.size, 0);
  await using incoming = await incomingFolder(cacheDir);
  const work = { cacheDir, into: incoming.path, place, onBytes: byteCounter(part, totalBytes, onProgress) };
  const jars = artifacts.filter((artifact) => "jar" in artifact);
  const wheels = artifacts.filter((artifact) => "wheel" in artifact);
  const shortfalls = await Promise.all([
    byMaven ? fetchByMaven(jars, work) : fetchJars(jars, work),
    fetchWheels(wheels, work),
  ]);
  return shortfalls.flat();
}

interface Work {
  readonly cacheDir: string;
  readonly into: string;
  readonly place: Place;
  readonly onBytes: (bytes: number) => void;
}

/** Each jar by itself. When the registry cannot be reached, the rest is given up at once. */
async function fetchJars(jars: readonly LockedJar[], { cacheDir, into, place, onBytes }: Work): Promise<Shortfall[]> {
  const giveUp = new AbortController();
  const outcomes = jars.map(async (jar): Promise<Shortfall | undefined> => {
    const coordinates = parseCoordinates(jar.jar);
    const file = join(into, temporaryName(coordinates));
    try {
      const sha256 = await downloadTwice({ coordinates, to: file, onBytes, signal: giveUp.signal });
      await place({ artifact: jar, file, sha256 });
      return undefined;
    } catch (error) {
      const told: unknown = giveUp.signal.aborted ? giveUp.signal.reason : error;
      if (isUnreachable(error)) giveUp.abort(error);
      return { missing: [jar.jar], cause: cacheProblem(cacheDir, told) };
    }
  });
  return (await Promise.all(outcomes)).filter((outcome) => outcome !== undefined);
}

/** A connection that breaks off half-way is worth one more try; a registry that is not there is not. */
async function downloadTwice(options: JarDownload): Promise<string> {
  try {
    return await downloadJar(options);
  } catch (error) {
    if (options.signal.aborted || isUnreachable(error)) throw error;
    return downloadJar(options);
  }
}

async function fetchByMaven(jars: readonly LockedJar[], work: Work): Promise<Shortfall[]> {
  if (jars.length === 0) return [];
  const coordinates = jars.map((jar) => parseCoordinates(jar.jar));
  try {
    await copyByMaven({ wanted: coordinates, into: work.into, nameOf: temporaryName });
  } catch (error) {
    return [{ missing: jars.map((jar) => jar.jar), cause: error }];
  }
  return takeAll(
    jars.map((jar) => ({ artifact: jar, name: jar.jar, file: temporaryName(parseCoordinates(jar.jar)) })),
    work,
  );
}

async function fetchWheels(wheels: readonly LockedWheel[], work: Work): Promise<Shortfall[]> {
  if (wheels.length === 0) return [];
  const requirements = wheels.map((wheel) => wheel.wheel);
  try {
    await pipDownload({ requirements, tags: [...new Set(wheels.map(platformTag))], into: work.into });
  } catch (error) {
    return [{ missing: requirements, cause: error }];
  }
  return takeAll(
    wheels.map((wheel) => ({ artifact: wheel, name: wheel.wheel, file: wheel.file })),
    work,
  );
}

interface Taken {
  readonly artifact: LockedArtifact;
  readonly name: string;
  readonly file: string;
}

/** Checks and places what a client has put into the folder. */
async function takeAll(files: readonly Taken[], { into, place, onBytes }: Work): Promise<Shortfall[]> {
  const shortfalls: Shortfall[] = [];
  for (const { artifact, name, file } of files) {
    try {
      await place({ artifact, file: join(into, file), sha256: await sha256Of(join(into, file)) });
      onBytes(artifact.size);
    } catch (error) {
      shortfalls.push({ missing: [name], cause: error });
    }
  }
  return shortfalls;
}

function temporaryName(coordinates: Coordinates): string {
  return `${coordinates.group}-${jarName(coordinates)}`;
}

/** The platform in a wheel's name; the first, where there are several. */
function platformTag(wheel: LockedWheel): string {
  return (
    wheel.file
      .replace(/\.whl$/, "")
      .split("-")
      .at(-1)
      ?.split(".")[0] ?? "any"
  );
}
