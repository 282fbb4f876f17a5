import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { environmentError } from "#core/errors.ts";

/** The folder of the Dockerfiles and of the images' versions. */
export const dockerFolder = join(import.meta.dirname, "..", "..", "..", "docker");

/** What comes as an image: servers, and the Java that our own images stand on. */
export const imageKinds = ["mysql", "kafka", "java", "minio", "rustfs"] as const;
export type ImageKind = (typeof imageKinds)[number];

const pinned = z.strictObject({
  /** With a tag, and with the registry's host where it is not Docker Hub. */
  image: z.string().regex(/^\S+:[\w.-]+$/),
  /** Checked where the image was pulled: one that was built or loaded on the engine has none. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});
export type PinnedImage = z.infer<typeof pinned>;
const versions = z.record(z.enum(imageKinds), pinned);

export async function pinnedImages(): Promise<Readonly<Record<ImageKind, PinnedImage>>> {
  return versions.parse(JSON.parse(await readFile(join(dockerFolder, "versions.json"), "utf8")));
}

/** Refuses a pulled image that is not the pinned one. */
export function checkDigest({ image, digest }: PinnedImage, repoDigests: readonly string[]): void {
  if (digest === undefined || repoDigests.length === 0) return;
  if (repoDigests.some((found) => found.endsWith(`@${digest}`))) return;
  throw environmentError({
    code: "IMAGE_DIFFERS",
    what: `the image ${image} is not the one that is pinned`,
    expected: digest,
    got: repoDigests.join(", "),
    remedy: `docker rmi ${image}, so that it is pulled again; if the registry changed it on purpose, docker/versions.json`,
  });
}
