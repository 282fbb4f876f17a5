import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { cacheFolder } from "#artifacts/cache.ts";
import { setPatience } from "#core/deadline.ts";
import type { Profile } from "#core/pipeline-spec.ts";
import { runtimeChoices } from "#run/choose-runtime.ts";
import { stateFolder } from "#run/state.ts";
import { type ImageName, imageNames } from "#runtime/docker/image-names.ts";
import { collect } from "./option-values.ts";

/** What every command that starts servers takes. */
export interface StackFlags {
  readonly set: Readonly<Partial<Record<Axis, string>>>;
  readonly profile: Profile;
  readonly runtime: (typeof runtimeChoices)[number];
  readonly image: Readonly<Partial<Record<ImageName, string>>>;
  readonly objectStore?: "s3proxy" | "minio" | "rustfs";
  readonly plugin: readonly string[];
  readonly mysqld?: string;
  readonly runs: string;
  readonly patience: number;
}

export const axes = ["kafka", "debezium", "iceberg", "catalog"] as const;
export type Axis = (typeof axes)[number];

const flags = z.object({
  set: z.partialRecord(z.enum(axes), z.string()),
  profile: z.enum(["fast", "prod-like"]),
  runtime: z.enum(runtimeChoices),
  image: z.partialRecord(z.enum(imageNames), z.string()),
  objectStore: z.enum(["s3proxy", "minio", "rustfs"]).optional(),
  plugin: z.array(z.string()),
  mysqld: z.string().optional(),
  runs: z.string(),
  patience: z.number(),
});

/** Adds the flags of `StackFlags` to a command. */
export function addStackFlags(command: Command): Command {
  return command
    .option("--set <axis=version...>", `another version of a part: ${axes.join(", ")}`, collectVersion, {})
    .addOption(
      new Option("--profile <name>", "settings of servers and connectors")
        .choices(["fast", "prod-like"])
        .default("fast"),
    )
    .addOption(
      new Option(
        "--runtime <name>",
        "what runs the servers: processes, containers, or native where its parts can be had",
      )
        .choices(runtimeChoices)
        .default("auto")
        .env("FLOE_RUNTIME"),
    )
    .option("--image <part=ref...>", `another image for a part: ${imageNames.join(", ")}`, collectImage, {})
    .addOption(
      new Option("--object-store <kind>", "the S3 server: s3proxy unless told, minio on docker").choices([
        "s3proxy",
        "minio",
        "rustfs",
      ]),
    )
    .option("--plugin <file.zip|folder>", "a Connect plugin of your own (repeatable)", collect, [])
    .option("--mysqld <file>", "the mysqld to run (8.0 or later)")
    .option("--runs <folder>", "where the evidence goes", join(process.cwd(), "runs"))
    .option("--patience <factor>", "multiplies every deadline, for slow machines", positive, 1);
}

/** The parsed flags, and what follows from them and the environment. */
export function readStackFlags(
  options: unknown,
): StackFlags & { readonly cacheDir: string; readonly stateDir: string } {
  const { mysqld, objectStore, ...parsed } = flags.parse(options);
  setPatience(parsed.patience);
  return {
    ...parsed,
    ...(mysqld === undefined ? {} : { mysqld }),
    ...(objectStore === undefined ? {} : { objectStore }),
    cacheDir: cacheFolder(process.env),
    stateDir: stateFolder(process.env),
  };
}

function collectVersion(value: string, previous: Record<string, string>): Record<string, string> {
  const [, axis, version] = /^([a-z-]+)=(.+)$/.exec(value) ?? [];
  if (axis === undefined || version === undefined || !axes.some((known) => known === axis)) {
    throw new InvalidArgumentError(`Expected axis=version with one of ${axes.join(", ")}.`);
  }
  return { ...previous, [axis]: version };
}

function collectImage(value: string, previous: Record<string, string>): Record<string, string> {
  const [, part, ref] = /^([a-z-]+)=(\S+)$/.exec(value) ?? [];
  if (part === undefined || ref === undefined || !imageNames.some((known) => known === part)) {
    throw new InvalidArgumentError(`Expected part=image with one of ${imageNames.join(", ")}.`);
  }
  return { ...previous, [part]: ref };
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError("Expected a number above 0.");
  return number;
}
