import { existsSync } from "node:fs";
import { glob } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { closest, distance } from "fastest-levenshtein";
import { usageError } from "#core/errors.ts";

/** A scenario's file and the name it goes by: `baseline/employees-arrive`. */
export interface ScenarioFile {
  readonly name: string;
  readonly path: string;
}

/** Where the project's own scenarios lie. */
export const scenariosFolder = join(import.meta.dirname, "..", "..", "scenarios");

/** All scenarios of the project, by name. */
export async function listScenarios(): Promise<ScenarioFile[]> {
  const files = await Array.fromAsync(glob("*/*.ts", { cwd: scenariosFolder }));
  return files
    .map((file) => ({ name: file.replace(/\.ts$/, ""), path: join(scenariosFolder, file) }))
    .toSorted((left, right) => left.name.localeCompare(right.name));
}

/** What the user means: a path, a name, a part of a name. Throws `SCENARIO_UNKNOWN` with the closest name. */
export async function findScenarios(wanted: string, cwd: string): Promise<ScenarioFile[]> {
  if (wanted.endsWith(".ts") || isAbsolute(wanted) || wanted.startsWith(".")) return [fileByPath(wanted, cwd)];
  const all = await listScenarios();
  const exact = all.filter(({ name }) => name === wanted || name.endsWith(`/${wanted}`));
  if (exact.length > 0) return exact;
  const partial = all.filter(({ name }) => name.includes(wanted));
  if (partial.length > 0) return partial;
  throw usageError({
    code: "SCENARIO_UNKNOWN",
    what: `there is no scenario ${wanted}`,
    expected: "a path, a name, or a part of a name",
    got: suggestion(
      wanted,
      all.map(({ name }) => name),
    ),
    remedy: "./floe scenario --list",
  });
}

function suggestion(wanted: string, names: readonly string[]): string {
  const nearest = closest(wanted, [...names, ...names.map((name) => name.split("/")[1] ?? name)]);
  return distance(wanted, nearest) <= Math.max(3, wanted.length / 2) ? `did you mean ${nearest}?` : "nothing like it";
}

function fileByPath(wanted: string, cwd: string): ScenarioFile {
  const path = resolve(cwd, wanted);
  if (!existsSync(path)) {
    throw usageError({
      code: "SCENARIO_UNKNOWN",
      what: `there is no scenario file ${path}`,
      remedy: "check the path, or ./floe scenario --list for the project's own",
    });
  }
  const inside = relative(scenariosFolder, path);
  const name = inside.startsWith("..")
    ? `own/${path.replace(/^.*\//, "").replace(/\.ts$/, "")}`
    : inside.replace(/\.ts$/, "");
  return { name, path };
}
