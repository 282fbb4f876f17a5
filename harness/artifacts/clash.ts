import { FloeError } from "#core/errors.ts";
import { assertCompatible } from "./compatible.ts";
import { readLock } from "./lock.ts";
import { findMysqld } from "./mysqld.ts";
import type { PartsRequest } from "./resolve.ts";

export type ClashRequest = Pick<PartsRequest, "set" | "cacheDir" | "mysqld"> & {
  /** Containers bring a MySQL of their own: this machine's says nothing then. */
  readonly runtime: "native" | "docker";
};

/** Why these versions cannot go together, as far as it can be told before anything is fetched; undefined where they can. */
export async function clashOf({ set, cacheDir, mysqld, runtime }: ClashRequest): Promise<FloeError | undefined> {
  const lock = await readLock();
  const found = runtime === "native" ? (await findMysqld(cacheDir, mysqld)).found : undefined;
  try {
    assertCompatible({ ...lock.default, ...set, mysql: found?.version });
    return undefined;
  } catch (error) {
    if (error instanceof FloeError && error.code === "VERSIONS_CLASH") return error;
    throw error;
  }
}
