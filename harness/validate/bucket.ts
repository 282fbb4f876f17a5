import type { Address } from "#core/addresses.ts";
import { FloeError, systemCode } from "#core/errors.ts";
import { freshRunId } from "#core/random.ts";
import type { Found } from "#lint/rule.ts";
import { isOpaque, type View } from "#lint/view.ts";
import { connectObjectStore } from "#stages/object-store/client.ts";
import { notTried, tell } from "./tell.ts";

const prefix = "iceberg.catalog.";

/** Writes one object of a name of its own below the warehouse, and deletes it again. */
export async function lookAtBucket(view: View, warehouseOfCatalog: string | undefined): Promise<readonly Found[]> {
  const place = placeOf(view, warehouseOfCatalog);
  if (!("bucket" in place)) return place;
  const { key, folder, ...store } = place;
  using client = connectObjectStore({ ...store, withinMs: 15_000 });
  const object = `${folder}floe-probe-${freshRunId()}`;
  try {
    await client.put(object, new Uint8Array([0x66]));
  } catch (error) {
    return refused({ view, key, told: `s3://${store.bucket}/${folder} takes no object`, error });
  }
  try {
    await client.delete(object);
    return [];
  } catch (error) {
    return refused({ view, key, told: `s3://${store.bucket}/${object} was written and cannot be deleted`, error });
  }
}

interface Refused {
  readonly view: View;
  readonly key: string;
  readonly told: string;
  readonly error: unknown;
}

function refused({ view, key, told, error }: Refused): Found[] {
  if (!(error instanceof FloeError)) throw error;
  const unreachable = error.code === "DEADLINE" || systemCode(error.cause) !== undefined;
  const why = `${told}: ${error.got ?? error.message}`;
  return tell({ rule: unreachable ? "server-unreachable" : "bucket-not-writable", view, key, told: why });
}

interface BucketPlace {
  readonly key: string;
  readonly bucket: string;
  /** With a slash at its end, or empty. */
  readonly folder: string;
  readonly address: Address;
  readonly tls: boolean;
  readonly pathStyle: boolean;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Where the sink writes, or what of it is not known here. */
function placeOf(view: View, warehouseOfCatalog: string | undefined): BucketPlace | Found[] {
  const key = `${prefix}warehouse`;
  const [, bucket, path = ""] = /^s3[an]?:\/\/([^/]+)\/?(.*)$/.exec(view.text(key) ?? warehouseOfCatalog ?? "") ?? [];
  const untried = (at: string, why: string) => notTried({ view, key: at, told: `writing to the bucket: ${why}` });
  if (bucket === undefined) return untried(key, "the warehouse is no s3://BUCKET that is known here");
  const unknown = view.matching(/^iceberg\.catalog\.(s3|client)\./).find(({ value }) => isOpaque(value));
  if (unknown !== undefined) return untried(unknown.key, `only the worker knows ${unknown.key}`);
  const [accessKey, secretKey] = [view.text(`${prefix}s3.access-key-id`), view.text(`${prefix}s3.secret-access-key`)];
  if (accessKey === undefined || secretKey === undefined)
    return untried(key, "its keys are the worker's own, or come from the catalog");
  const region = view.text(`${prefix}client.region`) ?? view.text(`${prefix}s3.region`) ?? "us-east-1";
  const endpoint = view.text(`${prefix}s3.endpoint`) ?? `https://s3.${region}.amazonaws.com`;
  if (!URL.canParse(endpoint)) return untried(`${prefix}s3.endpoint`, "its endpoint is no URL");
  const { hostname, port, protocol } = new URL(endpoint);
  const tls = protocol === "https:";
  return {
    key,
    bucket,
    folder: path === "" ? "" : `${path.replace(/\/+$/, "")}/`,
    address: { host: hostname, port: port === "" ? (tls ? 443 : 80) : Number(port) },
    tls,
    pathStyle: view.isTrue(`${prefix}s3.path-style-access`),
    region,
    accessKey,
    secretKey,
  };
}
