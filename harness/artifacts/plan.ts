import { invariant } from "#core/errors.ts";
import type { ChosenVersions } from "./compatible.ts";
import { type MavenPart, resolvePart } from "./lock/part.ts";
import {
  addOwnParts,
  type Lock,
  type LockedArtifact,
  type LockedJar,
  type LockedParts,
  type LockedWheel,
  readOwnParts,
} from "./lock.ts";
import { type OnProgress, tellStep } from "./progress.ts";

/** The files of each part that a request needs, by the lock files. */
export interface Plan {
  readonly kafka: readonly LockedJar[];
  readonly debezium: readonly LockedJar[];
  /** The sink, with what a Hadoop catalog needs where there is one. */
  readonly iceberg: readonly LockedJar[];
  readonly catalog: readonly LockedJar[];
  readonly s3proxy: readonly LockedJar[];
}

export interface PlanOptions {
  readonly cacheDir: string;
  readonly lock: Lock;
  readonly versions: ChosenVersions;
  readonly catalog: "rest" | "hadoop";
  readonly objectStore: "s3proxy" | "minio" | "rustfs";
  readonly onProgress: OnProgress;
}

/** Looks the parts up in the lock file, then in the user's own; what is in neither, Maven resolves into the latter. */
export async function planParts(options: PlanOptions): Promise<Plan> {
  const { lock, versions, catalog, objectStore } = options;
  const known = { ...(await readOwnParts(options.cacheDir)), ...lock.parts };
  const part = (name: MavenPart, version: string) => partOf({ ...options, known, name, version });
  const kafka = await part("kafka", versions.kafka);
  const debezium = await part("debezium", versions.debezium);
  const sink = await part("iceberg", versions.iceberg);
  const hadoop = catalog === "hadoop" ? await part("iceberg-hadoop", versions.iceberg) : [];
  return {
    kafka,
    debezium,
    iceberg: [...sink, ...hadoop],
    catalog: catalog === "rest" ? await part("catalog", versions.catalog) : [],
    s3proxy: objectStore === "s3proxy" ? await part("s3proxy", lock.default.s3proxy) : [],
  };
}

/** The wheels of a part for this machine; none where nobody publishes any. */
export function wheelsFor(
  lock: Lock,
  part: "duckdb" | "java",
  platform = `${process.platform}-${process.arch}`,
): LockedWheel[] {
  const artifacts = lock.parts[`${part}/${lock.default[part]}`] ?? [];
  return artifacts.filter((artifact) => "wheel" in artifact).filter((wheel) => wheel.platform === platform);
}

interface PartOptions extends PlanOptions {
  readonly known: LockedParts;
  readonly name: MavenPart;
  readonly version: string;
}

async function partOf({ known, name, version, cacheDir, onProgress }: PartOptions): Promise<LockedJar[]> {
  const key = `${name}/${version}`;
  const locked = known[key];
  if (locked !== undefined) return jarsOf(locked);
  tellStep(onProgress, name, "resolving");
  const resolved = await resolvePart(name, version);
  await addOwnParts(cacheDir, { [key]: resolved });
  tellStep(onProgress, name, "ready");
  return resolved;
}

function jarsOf(artifacts: readonly LockedArtifact[]): LockedJar[] {
  const jars = artifacts.filter((artifact) => "jar" in artifact);
  invariant(jars.length === artifacts.length, "a part that Maven resolved has no wheels");
  return jars;
}
