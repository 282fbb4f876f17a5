import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { type Address, hostPort } from "#core/addresses.ts";
import { within } from "#core/deadline.ts";
import { environmentError, messageOf } from "#core/errors.ts";

export interface ObjectStoreKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface ObjectStoreOptions extends ObjectStoreKeys {
  readonly address: Address;
  readonly bucket: string;
  /** Plain HTTP, path style and the region of our own stores, unless told. */
  readonly tls?: boolean;
  readonly pathStyle?: boolean;
  readonly region?: string;
  /** How long an answer may take. */
  readonly withinMs?: number;
}

/** One bucket of an S3 server. No request is sent twice. */
export interface ObjectStoreClient extends Disposable {
  readonly bucket: string;
  bucketExists(): Promise<boolean>;
  createBucket(): Promise<void>;
  /** The objects whose key starts with `prefix`, in the order of their keys. */
  list(prefix: string): AsyncIterable<StoredObject>;
  head(key: string): Promise<StoredObject | undefined>;
  /** Undefined where there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, body: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Does not dial yet: the first call does. */
export function connectObjectStore(options: ObjectStoreOptions): ObjectStoreClient {
  const { address, bucket, accessKey, secretKey, withinMs = 30_000 } = options;
  const s3 = new S3Client({
    endpoint: `${options.tls === true ? "https" : "http"}://${hostPort(address)}`,
    region: options.region ?? "us-east-1",
    forcePathStyle: options.pathStyle ?? true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    maxAttempts: 1,
  });
  const ask = async <T>(what: string, request: Promise<T>): Promise<T> => {
    try {
      return await within({ what: `${what} on the object store`, ms: withinMs, run: request });
    } catch (error) {
      throw refused({ what, address, error });
    }
  };
  return {
    bucket,
    bucketExists: () =>
      ask(
        `HEAD ${bucket}`,
        found(s3.send(new HeadBucketCommand({ Bucket: bucket })), () => true, false),
      ),
    createBucket: async () => {
      await ask(`CREATE ${bucket}`, s3.send(new CreateBucketCommand({ Bucket: bucket })));
    },
    list: (prefix) => listed({ s3, bucket, prefix, ask }),
    head: (key) => {
      const request = s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return ask(
        `HEAD ${key}`,
        found(request, (answer) => stored(key, answer.ContentLength, answer.LastModified), undefined),
      );
    },
    get: async (key) => {
      const request = s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const body = await ask(
        `GET ${key}`,
        found(request, (answer) => answer.Body, undefined),
      );
      return body === undefined ? undefined : ask(`GET ${key}`, body.transformToByteArray());
    },
    put: async (key, body) => {
      await ask(`PUT ${key}`, s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body })));
    },
    delete: async (key) => {
      await ask(`DELETE ${key}`, s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    },
    [Symbol.dispose]: () => s3.destroy(),
  };
}

/** What an answer comes to, with another value for "there is no such thing". */
async function found<A, T>(request: Promise<A>, present: (answer: A) => T, absent: T): Promise<T> {
  try {
    return present(await request);
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return absent;
    throw error;
  }
}

interface Listing {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly prefix: string;
  readonly ask: <T>(what: string, request: Promise<T>) => Promise<T>;
}

async function* listed({ s3, bucket, prefix, ask }: Listing): AsyncGenerator<StoredObject> {
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix });
  for (;;) {
    const page = await ask(`LIST ${prefix}`, pages.next());
    if (page.done === true) return;
    for (const { Key, Size, LastModified } of page.value.Contents ?? []) yield stored(Key ?? "", Size, LastModified);
  }
}

function stored(key: string, bytes: number | undefined, modified: Date | undefined): StoredObject {
  return { key, bytes: bytes ?? 0, modifiedMs: modified?.getTime() ?? 0 };
}

function refused({ what, address, error }: { what: string; address: Address; error: unknown }): Error {
  return environmentError({
    code: "OBJECT_STORE",
    what: `the object store at ${hostPort(address)} did not do ${what}`,
    got:
      error instanceof S3ServiceException ? `HTTP ${error.$metadata.httpStatusCode}, ${error.name}` : messageOf(error),
    remedy: "look at the object store's log in the run folder",
    cause: error,
  });
}
