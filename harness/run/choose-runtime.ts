import { nativeObstacle } from "#artifacts/native-obstacle.ts";
import type { PartsRequest } from "#artifacts/resolve.ts";
import { usageError } from "#core/errors.ts";
import type { RunPartsRequest, RuntimeName } from "./find-parts.ts";
import { defaultObjectStore } from "./plan.ts";

export const runtimeChoices = ["native", "docker", "auto"] as const;

export interface RuntimeWish {
  readonly runtime: (typeof runtimeChoices)[number];
  readonly image: RunPartsRequest["image"];
  readonly mysqld?: string;
  readonly objectStore?: PartsRequest["objectStore"];
  readonly cacheDir: string;
}

export interface ChosenRuntime {
  readonly runtime: RuntimeName;
  readonly objectStore: PartsRequest["objectStore"];
  /** Which, and why, where nobody said. */
  readonly runtimeNote?: string;
}

/** Settles which runtime it is to be, and the object store that goes with it, before anything starts. */
export async function chooseRuntime(wish: RuntimeWish): Promise<ChosenRuntime> {
  const { runtime, because } = await choose(wish);
  refuseClash(wish, runtime);
  return {
    runtime,
    objectStore: wish.objectStore ?? defaultObjectStore[runtime],
    ...(because === undefined ? {} : { runtimeNote: `runtime ${runtime}: ${because}` }),
  };
}

async function choose(wish: RuntimeWish): Promise<{ runtime: RuntimeName; because?: string }> {
  if (wish.runtime !== "auto") return { runtime: wish.runtime };
  if (wish.mysqld !== undefined) return { runtime: "native", because: "--mysqld names a program" };
  if (Object.keys(wish.image).length > 0) return { runtime: "docker", because: "--image names an image" };
  const { platform, arch, env } = process;
  const obstacle = await nativeObstacle({ cacheDir: wish.cacheDir, platform, arch, env });
  if (obstacle !== undefined) return { runtime: "docker", because: `native has ${obstacle}` };
  return { runtime: "native", because: "its parts can be had here (--runtime docker for containers)" };
}

function refuseClash({ image, mysqld }: RuntimeWish, runtime: RuntimeName): void {
  const clash =
    runtime === "native" && Object.keys(image).length > 0
      ? "--image"
      : runtime === "docker" && mysqld !== undefined
        ? "--mysqld"
        : undefined;
  if (clash === undefined) return;
  throw usageError({
    code: "FLAG_OF_OTHER_RUNTIME",
    what: `${clash} says nothing to the runtime ${runtime}`,
    expected: clash === "--image" ? "--runtime docker" : "--runtime native",
    remedy: `leave ${clash} out, or choose the other runtime`,
  });
}
