import { invariant } from "#core/errors.ts";
import type { LockedJar } from "../lock.ts";
import { readZipEntry } from "../zip.ts";
import { lockJars, resolveJars } from "./maven.ts";
import {
  type BundledSdk,
  catalogRoots,
  debeziumRoots,
  icebergHadoopRoots,
  icebergRoots,
  kafkaRoots,
  type Roots,
  s3proxyRoots,
} from "./roots.ts";

/** The parts that Maven resolves. `iceberg-hadoop` goes beside `iceberg` of the same version. */
export const mavenParts = ["kafka", "debezium", "iceberg", "iceberg-hadoop", "catalog", "s3proxy"] as const;
export type MavenPart = (typeof mavenParts)[number];

/** Has Maven resolve one version of a part, and gives its lines of a lock file. */
export async function resolvePart(part: MavenPart, version: string): Promise<LockedJar[]> {
  return lockJars(await resolveJars(`${part} ${version}`, await rootsOf[part](version)));
}

const rootsOf: Readonly<Record<MavenPart, (version: string) => Roots | Promise<Roots>>> = {
  kafka: kafkaRoots,
  debezium: debeziumRoots,
  iceberg: icebergRoots,
  "iceberg-hadoop": async (version) => icebergHadoopRoots(await bundledSdk(version)),
  catalog: catalogRoots,
  s3proxy: s3proxyRoots,
};

/** Only the jar itself tells what it bundles. */
async function bundledSdk(iceberg: string): Promise<BundledSdk> {
  const alone = [`org.apache.iceberg:iceberg-aws-bundle:jar:${iceberg}`];
  const [bundle] = await resolveJars(`iceberg ${iceberg}`, { resolved: [], alone, logs: false });
  invariant(bundle !== undefined, "Maven resolves a root to a file");
  const properties = await readZipEntry(bundle.file, "META-INF/maven/software.amazon.awssdk/s3/pom.properties");
  const [, version] = /^version=(\S+)/m.exec(properties?.toString() ?? "") ?? [];
  invariant(version !== undefined, "iceberg-aws-bundle tells the version of its SDK");
  const client = await readZipEntry(bundle.file, "software/amazon/awssdk/http/apache/ApacheHttpClient.class");
  return { version, apacheClient: client !== undefined };
}
