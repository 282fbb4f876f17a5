import { createHash } from "node:crypto";
import { archive } from "./archive.ts";
import { user } from "./command.ts";
import type { Engine } from "./engine.ts";
import { followBuild } from "./image-build.ts";
import { hasImage } from "./image-pull.ts";
import { type ServerFiles, serverFiles } from "./server-files.ts";

export interface PreparedImageOptions {
  readonly engine: Engine;
  /** The part's image, in which the data is made. */
  readonly image: string;
  readonly part: string;
  /** The script that makes the data and ends, and what it reads. */
  readonly files: ServerFiles;
}

const beingBuilt = new Map<string, Promise<void>>();

/** The part's image with a server's first data in it, built once for each image and script: it saves seconds a start. */
export async function preparedImage(options: PreparedImageOptions): Promise<string> {
  const { engine, image, part, files } = options;
  const { Id } = await engine.docker.getImage(image).inspect();
  const hash = createHash("sha256")
    .update(JSON.stringify([Id, files]))
    .digest("hex")
    .slice(0, 16);
  const prepared = `floe/prepared-${part}:${hash}`;
  if (await hasImage(engine, prepared)) return prepared;
  const building = beingBuilt.get(prepared) ?? build({ ...options, prepared });
  beingBuilt.set(prepared, building);
  await building.finally(() => beingBuilt.delete(prepared));
  return prepared;
}

async function build({ engine, image, part, files, prepared }: PreparedImageOptions & { prepared: string }) {
  const dockerfile = [
    `FROM ${image}`,
    `COPY --chown=${user.uid}:${user.gid} rootfs/ /`,
    `USER ${user.uid}:${user.gid}`,
    'RUN ["/bin/sh", "/floe/launch.sh"]',
    "",
  ].join("\n");
  const own = serverFiles(files).map((file) => ({ ...file, name: `rootfs/${file.name}` }));
  const context = archive({
    files: [{ name: "Dockerfile", mode: 0o644, content: dockerfile }, ...own],
    owner: user,
  });
  const labels = { "floe.image": `prepared-${part}` };
  const output = await engine.docker.buildImage(context, { t: prepared, labels, networkmode: "none", forcerm: true });
  await followBuild(engine, prepared, output);
}
