import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { writeWhole } from "#artifacts/cache.ts";
import { environmentError } from "#core/errors.ts";
import { user } from "./command.ts";
import type { Engine } from "./engine.ts";
import { quoted } from "./launch-script.ts";

export interface ImageQuestion {
  readonly engine: Engine;
  readonly cacheDir: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Its first group is the answer. */
  readonly pattern: RegExp;
}

/** What a program in an image says when asked for its version. Asked once for each image: it takes half a second. */
export async function askImage(question: ImageQuestion): Promise<string> {
  const { engine, cacheDir, image, command, pattern } = question;
  const { Id } = await engine.docker.getImage(image).inspect();
  const file = join(cacheDir, "answers", `${Id.replace(":", "-").slice(0, 31)}-${command[0] ?? ""}.txt`);
  const said = (await readFile(file, "utf8").catch(() => undefined)) ?? (await ask(question));
  const [, answer] = pattern.exec(said) ?? [];
  if (answer === undefined) throw unfit(question, said);
  await writeWhole(cacheDir, file, said);
  return answer;
}

async function ask({ engine, image, command }: ImageQuestion): Promise<string> {
  const container = await engine.docker.createContainer({
    Image: image,
    User: `${user.uid}:${user.gid}`,
    Entrypoint: ["/bin/sh", "-c", command.map(quoted).join(" ")],
    Cmd: [],
    HostConfig: { NetworkMode: "none" },
  });
  try {
    const output = await container.attach({ stream: true, stdout: true, stderr: true });
    const said: Buffer[] = [];
    const sink = new Writable({ write: (piece: Buffer, _, done) => done(void said.push(piece)) });
    engine.docker.modem.demuxStream(output, sink, sink);
    await container.start();
    await finished(output);
    return Buffer.concat(said).toString("utf8");
  } finally {
    await container.remove({ force: true, v: true });
  }
}

function unfit({ image, command }: ImageQuestion, said: string): Error {
  return environmentError({
    code: "IMAGE_UNFIT",
    what: `the image ${image} does not answer to ${command.join(" ")}`,
    got: said.trim().split("\n").at(-1) ?? "nothing",
    remedy: "docs/docker.md says what an image must have in it",
  });
}
