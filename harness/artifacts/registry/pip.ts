import { environmentError } from "#core/errors.ts";
import { run } from "#process/run.ts";
import { onPath } from "../programs.ts";

export interface PipDownload {
  /** `name==version` */
  readonly requirements: readonly string[];
  /** The platforms to take wheels for, whatever machine this is. */
  readonly tags: readonly string[];
  readonly into: string;
}

/** Has pip download wheels, with the user's own index, mirror and proxy. */
export async function pipDownload({ requirements, tags, into }: PipDownload): Promise<void> {
  const { command, args } = pip();
  await run({
    command,
    args: [...args, ...options, "--dest", into, ...tags.flatMap((tag) => ["--platform", tag]), ...requirements],
    what: "download wheels with pip",
    withinMs: 300_000,
    remedy: "look at pip's message; its index and proxy are in pip.conf and PIP_* variables",
  });
}

const options =
  "download --quiet --no-deps --only-binary=:all: --disable-pip-version-check --retries 1 --timeout 15".split(" ");

function pip(): { command: string; args: readonly string[] } {
  const python = onPath("python3");
  if (python !== undefined) return { command: python, args: ["-m", "pip"] };
  const command = onPath("pip3") ?? onPath("pip");
  if (command !== undefined) return { command, args: [] };
  throw environmentError({
    code: "PIP_MISSING",
    what: "there is no pip on PATH to fetch wheels with",
    remedy: "install pip (apt-get install python3-pip)",
  });
}
