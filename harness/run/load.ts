import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { tsImport } from "tsx/esm/api";
import { z } from "zod";
import { openCache } from "#artifacts/cache.ts";
import { FloeError, messageOf, systemCode, usageError } from "#core/errors.ts";
import { run } from "#process/run.ts";
import type { ScenarioFile } from "./find.ts";
import type { Scenario } from "./scenario.ts";

const root = join(import.meta.dirname, "..", "..");

// A scenario outside the checkout says `import … from "floe"`, too, and has no node_modules to find it in.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === "floe" ? pathToFileURL(join(root, "harness", "index.ts")).href : specifier, context),
});

const exported = z.object({
  default: z.custom<Scenario>((value) => z.object({ kind: z.literal("floe-scenario") }).safeParse(value).success),
});

export interface LoadedScenario {
  readonly file: ScenarioFile;
  readonly scenario: Scenario;
}

/** Type-checks and imports scenario files, the compiler running once for all. Throws `SCENARIO_INVALID` with file, line and message. */
export async function loadScenarios(files: readonly ScenarioFile[], cacheDir: string): Promise<LoadedScenario[]> {
  await checkTypes(files, cacheDir);
  return Promise.all(files.map(async (file) => ({ file, scenario: await scenarioIn(file) })));
}

/** The same for one. */
export async function loadScenario(file: ScenarioFile, cacheDir: string): Promise<Scenario> {
  await checkTypes([file], cacheDir);
  return scenarioIn(file);
}

async function scenarioIn(file: ScenarioFile): Promise<Scenario> {
  const module = exported.safeParse(await importFile(file));
  if (module.success) return module.data.default;
  throw usageError({
    code: "SCENARIO_INVALID",
    what: `${file.path} has no scenario as its default export`,
    expected: "export default defineScenario({ … })",
    remedy: "see docs/writing-a-scenario.md",
  });
}

async function importFile(file: ScenarioFile): Promise<unknown> {
  const url = pathToFileURL(file.path).href;
  try {
    return await import(url);
  } catch (error) {
    // Enums and the like: Node only strips types. tsx can, but takes four times as long to get going.
    if (systemCode(error) === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") return tsImport(url, import.meta.url);
    if (error instanceof FloeError) throw error;
    const place =
      error instanceof Error ? (error.stack ?? "").split("\n").find((line) => line.includes(file.path)) : undefined;
    throw usageError({
      code: "SCENARIO_INVALID",
      what: `${file.path} could not be loaded`,
      got: messageOf(error),
      remedy: "mend the file; its place is below",
      evidence: [place?.trim() ?? file.path],
    });
  }
}

/** Runs the compiler once over all files, and once for each content: a file that passed is not checked again. */
async function checkTypes(files: readonly ScenarioFile[], cacheDir: string): Promise<void> {
  const compiler = join(root, "node_modules", ".bin", "tsc");
  if (!existsSync(compiler)) return;
  const folder = join(cacheDir, "checked-scenarios");
  const against = await surface();
  const stamped = await Promise.all(
    files.map(async (file) => ({ file, passed: join(folder, await stampOf(file, against)) })),
  );
  const unchecked = stamped.filter(({ passed }) => !existsSync(passed));
  const [first] = unchecked;
  if (first === undefined) return;
  const config = `${first.passed}.json`;
  await openCache(cacheDir);
  await mkdir(folder, { recursive: true });
  await writeFile(config, JSON.stringify(configurationFor(unchecked.map(({ file }) => file))));
  try {
    await run({
      command: process.execPath,
      args: [compiler, "--project", config, "--pretty", "false"],
      what: `type-check ${unchecked.map(({ file }) => file.path).join(", ")}`,
      withinMs: 120_000,
      remedy: "mend the file",
    });
  } catch (error) {
    throw typeError(
      unchecked.map(({ file }) => file),
      error,
    );
  }
  for (const { passed } of unchecked) await writeFile(passed, "");
}

async function stampOf(file: ScenarioFile, against: string): Promise<string> {
  const hash = createHash("sha256").update(file.path);
  return hash
    .update(await readFile(file.path))
    .update(against)
    .digest("hex");
}

/** What a scenario is checked against: when it changes, every scenario is checked anew. */
async function surface(): Promise<string> {
  const files = ["harness/index.ts", "harness/run/scenario.ts", "package-lock.json"];
  return (await Promise.all(files.map((file) => readFile(join(root, file), "utf8")))).join("\n");
}

function configurationFor(files: readonly ScenarioFile[]): unknown {
  return {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      paths: { floe: [join(root, "harness", "index.ts")] },
      typeRoots: [join(root, "node_modules", "@types")],
      // A file may lie where no package.json says that it is a module; Node tells by its syntax.
      module: "esnext",
      moduleResolution: "bundler",
      noUnusedLocals: false,
      erasableSyntaxOnly: false,
      noUnusedParameters: false,
    },
    include: [],
    files: files.map(({ path }) => path),
  };
}

/** Names the files that the compiler names. It may have failed of something else than types: time, say. */
function typeError(files: readonly ScenarioFile[], error: unknown): unknown {
  if (!(error instanceof FloeError) || error.code !== "PROGRAM_FAILED") return error;
  const { evidence } = error;
  const named = files.filter(({ path }) => evidence.some((line) => line.includes(`${basename(path)}(`)));
  if (named.length === 0) return error;
  return usageError({
    code: "SCENARIO_INVALID",
    what: `${named.map(({ path }) => path).join(", ")} ${named.length === 1 ? "does" : "do"} not compile`,
    remedy: "mend the lines below",
    evidence,
  });
}
