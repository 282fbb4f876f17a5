import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join } from "node:path";
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

/** Type-checks and imports a scenario file. Throws `SCENARIO_INVALID` with file, line and message. */
export async function loadScenario(file: ScenarioFile, cacheDir: string): Promise<Scenario> {
  await checkTypes(file, cacheDir);
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

/** Runs the compiler over one file, once for each content: a file that passed is not checked again. */
async function checkTypes(file: ScenarioFile, cacheDir: string): Promise<void> {
  const stamp = createHash("sha256")
    .update(file.path)
    .update(await readFile(file.path))
    .update(await surface());
  const passed = join(cacheDir, "checked-scenarios", stamp.digest("hex"));
  const compiler = join(root, "node_modules", ".bin", "tsc");
  if (existsSync(passed) || !existsSync(compiler)) return;
  const config = `${passed}.json`;
  await openCache(cacheDir);
  await mkdir(join(cacheDir, "checked-scenarios"), { recursive: true });
  await writeFile(config, JSON.stringify(configurationFor(file)));
  try {
    await run({
      command: process.execPath,
      args: [compiler, "--project", config, "--pretty", "false"],
      what: `type-check ${file.path}`,
      withinMs: 60_000,
      remedy: "mend the file",
    });
  } catch (error) {
    throw typeError(file, error);
  }
  await writeFile(passed, "");
}

/** What a scenario is checked against: when it changes, every scenario is checked anew. */
async function surface(): Promise<string> {
  const files = ["harness/index.ts", "harness/run/scenario.ts", "package-lock.json"];
  return (await Promise.all(files.map((file) => readFile(join(root, file), "utf8")))).join("\n");
}

function configurationFor(file: ScenarioFile): unknown {
  return {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      paths: { floe: [join(root, "harness", "index.ts")] },
      typeRoots: [join(root, "node_modules", "@types")],
      // The file may lie where no package.json says that it is a module; Node tells by its syntax.
      module: "esnext",
      moduleResolution: "bundler",
      noUnusedLocals: false,
      erasableSyntaxOnly: false,
      noUnusedParameters: false,
    },
    include: [],
    files: [file.path],
  };
}

function typeError(file: ScenarioFile, error: unknown): unknown {
  if (!(error instanceof FloeError) || error.code !== "PROGRAM_FAILED") return error;
  return usageError({
    code: "SCENARIO_INVALID",
    what: `${file.path} does not compile`,
    remedy: "mend the lines below",
    evidence: error.evidence,
  });
}
