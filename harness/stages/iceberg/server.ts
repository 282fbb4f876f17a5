// The Iceberg REST catalog: Apache's own test servlet over a JDBC catalog in one SQLite file, which survives a kill.
// It guarantees that a commit to one table is atomic, and that of two commits on the same base one is refused (409).
// It does not guarantee a commit over several tables, authentication, or that a client hears of a commit that was made.
// Broken by kill, pause, restart, and by cutting its links; a lost answer leaves the sink with "commit state unknown".
// Evidence: `logs/catalog.log`; each table's snapshots and their summaries, read by client.ts.
import { type Address, hostPort } from "#core/addresses.ts";
import type { Launch, Place, ServerSpec } from "#runtime/port.ts";
import { catalogXml } from "./catalog-xml.ts";

export interface CatalogServerOptions {
  /** Where the tables' files lie: `s3://bucket/prefix`. */
  readonly warehouse: string;
  /** The object store, as the catalog sees it. Called at launch: its port is chosen by then. */
  readonly objectStore: () => Address;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The region that every S3 client is told; our object stores have one only. */
export const region = "us-east-1";

/** The server `catalog`, as data. */
export function catalogServer(options: CatalogServerOptions): ServerSpec {
  return {
    name: "catalog",
    part: "catalog",
    ports: ["rest"],
    launch: (place) => launchCatalog(place, options),
    ready: (address) => answers(address("rest")),
    readyWithinMs: 30_000,
  };
}

// Its own main class binds all interfaces, and shares its port with whoever else asks for it (SO_REUSEPORT). Jetty's
// XML puts the same servlet on one address.
function launchCatalog(place: Place, options: CatalogServerOptions): Launch {
  const properties = {
    uri: `jdbc:sqlite:${place.dataDir}/catalog.db?journal_mode=WAL&busy_timeout=10000`,
    "jdbc.schema-version": "V1",
    ...fileIo(options),
  };
  return {
    program: {
      kind: "java",
      classpath: "catalog",
      mainClass: "org.eclipse.jetty.xml.XmlConfiguration",
      options: ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    },
    args: [place.file("catalog.xml")],
    files: { "catalog.xml": catalogXml({ host: place.bindHost, port: place.port("rest"), properties }) },
  };
}

function fileIo({ warehouse, objectStore, accessKey, secretKey }: CatalogServerOptions): Record<string, string> {
  return {
    warehouse,
    "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    "s3.endpoint": `http://${hostPort(objectStore())}`,
    "s3.path-style-access": "true",
    "s3.access-key-id": accessKey,
    "s3.secret-access-key": secretKey,
    "client.region": region,
  };
}

async function answers(address: Address): Promise<boolean> {
  const response = await fetch(`http://${hostPort(address)}/v1/config`, { signal: AbortSignal.timeout(5_000) });
  await response.body?.cancel();
  return response.ok;
}
