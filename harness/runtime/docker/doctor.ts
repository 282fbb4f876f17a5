import type { DoctorRow } from "#artifacts/doctor.ts";
import { FloeError } from "#core/errors.ts";
import { connectEngine } from "./engine.ts";
import type { ImageName } from "./image-names.ts";
import { hasImage, registryOf } from "./image-pull.ts";
import { type ImageKind, pinnedImages } from "./versions.ts";

export interface EngineQuestion {
  readonly objectStore: "s3proxy" | "minio" | "rustfs";
  readonly instead: Readonly<Partial<Record<ImageName, string>>>;
}

/** What `floe doctor` tells of the engine and of the images that a stack is pulled from. Pulls nothing. */
export async function examineEngine({ objectStore, instead }: EngineQuestion): Promise<DoctorRow[]> {
  try {
    const engine = await connectEngine();
    const pinned = await pinnedImages();
    const wanted: [ImageName, ImageKind][] = [
      ["mysql", "mysql"],
      ["kafka", "kafka"],
      ["java", "java"],
      ...(objectStore === "s3proxy" ? [] : [["object-store", objectStore] satisfies [ImageName, ImageKind]]),
    ];
    const rows = wanted.map(async ([name, kind]) => {
      const image = instead[name] ?? pinned[kind].image;
      const there = await hasImage(engine, image);
      return {
        part: `image ${name}`,
        version: image,
        from: there ? "the engine" : registryOf(image),
        todo: there ? "" : pulling,
      };
    });
    return [{ part: "engine", version: engine.version, from: engine.host, todo: "" }, ...(await Promise.all(rows))];
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    return [{ part: "engine", version: "", from: "", todo: `${error.message}: ${error.remedy}` }];
  }
}

const pulling = "./floe setup --runtime docker pulls it";
