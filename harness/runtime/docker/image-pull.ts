import { type OnProgress, tellStep } from "#artifacts/progress.ts";
import { environmentError, type FloeError, messageOf } from "#core/errors.ts";
import { statusOf } from "./container.ts";
import type { Engine } from "./engine.ts";
import { checkDigest, type PinnedImage } from "./versions.ts";

export interface ImageOptions {
  readonly engine: Engine;
  readonly onProgress: OnProgress;
}

export interface WantedImage extends PinnedImage {
  /** What it is for, as `--image` names it. */
  readonly kind: string;
}

/** Pulls an image that is not on the engine. One that is there is never asked for elsewhere. */
export async function ensureImage(wanted: WantedImage, { engine, onProgress }: ImageOptions): Promise<void> {
  const { kind, image } = wanted;
  if (!(await hasImage(engine, image))) {
    tellStep(onProgress, `image ${image}`, "pulling");
    let refusal: unknown;
    await engine.pull(image).catch((error: unknown) => {
      refusal = error;
    });
    if (!(await hasImage(engine, image))) throw notPulled({ kind, image }, refusal);
    tellStep(onProgress, `image ${image}`, "ready");
  }
  const { RepoDigests } = await engine.docker.getImage(image).inspect();
  checkDigest(wanted, RepoDigests ?? []);
}

export async function hasImage({ docker }: Engine, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

function notPulled({ kind, image }: Pick<WantedImage, "kind" | "image">, refusal: unknown): FloeError {
  return environmentError({
    code: "IMAGE_MISSING",
    what: `the image ${image} (${kind}) is not on the engine and could not be pulled from ${registryOf(image)}`,
    got: refusal === undefined ? "the pull ended without the image" : messageOf(refusal),
    remedy:
      `docker pull ${image} shows why; the engine's own proxy and mirrors count, not the shell's; another image: ` +
      `--image ${kind}=REF; or run without images: --runtime native`,
    cause: refusal,
  });
}

/** The part of a reference before the first slash is a host when it looks like one. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "Docker Hub";
}
