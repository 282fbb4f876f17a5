import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { compareVersions } from "#core/versions.ts";

/** One key as the jar's own ConfigDef tells it. */
export interface KeyDefinition {
  readonly type: string;
  readonly required?: boolean | undefined;
  readonly default?: string | undefined;
  /** What the validator says of itself: `[1,...]`, `[none, all]`. */
  readonly bounds?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly deprecated?: string | undefined;
}
export type Keys = Readonly<Record<string, KeyDefinition>>;

export const parts = ["debezium", "iceberg", "kafka"] as const;
export type Part = (typeof parts)[number];
/** The versions that configurations are judged for. */
export type Versions = Readonly<Record<Part, string>>;

/** The ConfigDefs of one set of versions. Where a version was not extracted, those of the nearest one. */
export interface Definitions {
  readonly versions: Versions;
  /** The versions whose ConfigDefs stand in for others. */
  readonly standIns: readonly { readonly part: Part; readonly asked: string; readonly taken: string }[];
  /** `worker`, `broker`, `producer`, …: what Kafka itself takes. */
  readonly kafka: (name: string) => Keys | undefined;
  /** A connector's, transform's, predicate's or converter's keys, by its class. */
  readonly ofClass: (name: string) => Keys | undefined;
  readonly classes: () => readonly string[];
}

const folder = join(import.meta.dirname, "keys", "definitions");
const definition = z.object({ version: z.string(), definitions: z.custom<Readonly<Record<string, Keys>>>() });

/** The newest version of each part that was extracted. */
export function newestVersions(): Versions {
  const newest = (part: Part) => extracted(part)[0] ?? "0";
  return { debezium: newest("debezium"), iceberg: newest("iceberg"), kafka: newest("kafka") };
}

export function loadDefinitions(versions: Versions): Definitions {
  const taken = parts.map((part) => nearest(part, versions[part]));
  const loaded = new Map(taken.map((each) => [each.part, load(each.part, each.taken)]));
  const kafka = loaded.get("kafka") ?? {};
  const all: Readonly<Record<string, Keys>> = Object.assign({}, ...loaded.values());
  return {
    versions: {
      debezium: judged("debezium", taken),
      iceberg: judged("iceberg", taken),
      kafka: judged("kafka", taken),
    },
    standIns: taken.filter((each) => !each.exact),
    kafka: (name) => (Object.hasOwn(kafka, name) ? kafka[name] : undefined),
    ofClass: (name) => (Object.hasOwn(all, name) ? all[name] : undefined),
    classes: () => Object.keys(all).filter((name) => name.includes(".")),
  };
}

/** The versions of a part that were extracted, the newest first. */
function extracted(part: Part): string[] {
  return readdirSync(folder)
    .flatMap((file) => new RegExp(`^${part}-(.+)\\.json$`).exec(file)?.[1] ?? [])
    .toSorted((left, right) => compareVersions(right, left));
}

interface Taken {
  readonly part: Part;
  readonly asked: string;
  readonly taken: string;
  readonly exact: boolean;
}

/** `3.6` takes the newest 3.6; a version between two takes the older one, one before all the oldest. */
function nearest(part: Part, asked: string): Taken {
  const all = extracted(part);
  const within = all.find((version) => version === asked || version.startsWith(`${asked}.`));
  const taken = within ?? all.find((version) => compareVersions(version, asked) <= 0) ?? all.at(-1) ?? asked;
  return { part, asked, taken, exact: within !== undefined };
}

/** The version that rules go by: `3.6` means the 3.6 that was extracted; one that was not stays what it is. */
function judged(part: Part, taken: readonly Taken[]): string {
  const found = taken.find((each) => each.part === part);
  return found === undefined ? "0" : found.exact ? found.taken : found.asked;
}

function load(part: Part, version: string): Readonly<Record<string, Keys>> {
  return definition.parse(JSON.parse(readFileSync(join(folder, `${part}-${version}.json`), "utf8"))).definitions;
}
