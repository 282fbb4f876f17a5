// Runs here: an S3 server on loopback that keeps its objects in a folder: the S3Proxy jar, MinIO or RustFS.
// Guarantees: ready means that a signed request was answered and that the bucket is there.
// Does not: encrypt, version or replicate; S3Proxy's folder holds the objects as plain files.
// Broken by: faults on its process (kill, stop, pause) and on the links to it (cut, delay).
// Evidence: its log in the run folder; objects and bytes through progress.ts.
import type { Address } from "#core/addresses.ts";
import { unreachable } from "#core/errors.ts";
import type { Launch, Place, ServerSpec } from "#runtime/port.ts";
import { connectObjectStore, type ObjectStoreKeys } from "./client.ts";

export const objectStoreKinds = ["s3proxy", "minio", "rustfs"] as const;
export type ObjectStoreKind = (typeof objectStoreKinds)[number];

export interface ObjectStoreServerOptions extends ObjectStoreKeys {
  readonly kind: ObjectStoreKind;
  /** Made when the server comes up for the first time. */
  readonly bucket: string;
}

export function objectStoreServer(options: ObjectStoreServerOptions): ServerSpec {
  return {
    name: "object-store",
    part: "object-store",
    ports: ["s3"],
    launch: (place) => launch(options, place),
    ready: (address) => hasBucket(options, address("s3")),
    readyWithinMs: 30_000,
  };
}

function launch(options: ObjectStoreServerOptions, place: Place): Launch {
  switch (options.kind) {
    case "s3proxy":
      return s3proxy(options, place);
    case "minio":
      return minio(options, place);
    case "rustfs":
      return rustfs(options, place);
    default:
      return unreachable(options.kind);
  }
}

function s3proxy({ accessKey, secretKey }: ObjectStoreServerOptions, place: Place): Launch {
  const file = "s3proxy.properties";
  const properties = {
    "s3proxy.endpoint": `http://${place.bindHost}:${place.port("s3")}`,
    "s3proxy.authorization": "aws-v2-or-v4",
    "s3proxy.identity": accessKey,
    "s3proxy.credential": secretKey,
    // A part of an upload must fit: the sink's are 32 MiB, its last one may be greater.
    "s3proxy.v4-max-non-chunked-request-size": String(128 * 1024 * 1024),
    "jclouds.provider": "filesystem-nio2",
    "jclouds.filesystem.basedir": place.dataDir,
  };
  return {
    program: { kind: "java", classpath: "object-store", mainClass: "org.gaul.s3proxy.Main", options: ["-Xmx384m"] },
    args: ["--properties", place.file(file)],
    files: {
      [file]: Object.entries(properties)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    },
  };
}

function minio({ accessKey, secretKey }: ObjectStoreServerOptions, place: Place): Launch {
  return {
    program: { kind: "executable", name: "minio" },
    args: ["server", "--quiet", `--address=${place.bindHost}:${place.port("s3")}`, place.dataDir],
    env: { MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey, MINIO_BROWSER: "off", MINIO_UPDATE: "off" },
  };
}

function rustfs({ accessKey, secretKey }: ObjectStoreServerOptions, place: Place): Launch {
  return {
    program: { kind: "executable", name: "rustfs" },
    args: [`--address=${place.bindHost}:${place.port("s3")}`, place.dataDir],
    env: { RUSTFS_ACCESS_KEY: accessKey, RUSTFS_SECRET_KEY: secretKey, RUSTFS_CONSOLE_ENABLE: "false" },
  };
}

async function hasBucket(
  { accessKey, secretKey, bucket }: ObjectStoreServerOptions,
  address: Address,
): Promise<boolean> {
  using client = connectObjectStore({ address, accessKey, secretKey, bucket, withinMs: 2_000 });
  if (!(await client.bucketExists())) await client.createBucket();
  return true;
}
