import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { describe, expect, test } from "vitest";
import { allowed, bannedNames, drivers, oversized } from "./tidy.rules.ts";

// The house style, as far as a program can hold it. Each rule is a function of one file's text, so that the tests at
// the end can show it failing on a text made for it.

const root = join(import.meta.dirname, "..");

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const files = ["harness", "fixtures", "scenarios", "test", "bench"].flatMap((folder) => read(join(root, folder)));
const production = files.filter(({ path }) => /^(harness|fixtures|scenarios)\//.test(path));

describe("the tree keeps its rules", () => {
  test("each folder imports only what design.md lets it", () =>
    expect(production.flatMap(forbiddenImports)).toEqual([]));
  test("each driver has one owner", () => expect(production.flatMap(strayDrivers)).toEqual([]));
  test("files and functions stay small", () => expect(files.flatMap(tooLong)).toEqual([]));
  test("the list of oversized files only shrinks", () => {
    const stale = Object.entries(oversized).filter(([path, lines]) => lineCount(path) < lines - 10);
    expect(stale).toEqual([]);
  });
  test("no file is named for being left over", () => expect(files.flatMap(vagueNames)).toEqual([]));
  test("only scenarios and configurations have default exports", () =>
    expect(files.flatMap(strayDefaultExports)).toEqual([]));
  test("clocks, chance, timers and plain errors stay in core", () =>
    expect(production.flatMap(strayGlobals)).toEqual([]));
  test("only the command line exits and prints", () => expect(production.flatMap(strayConsole)).toEqual([]));
  test("no test is skipped, retried or left alone", () => expect(files.flatMap(weakTests)).toEqual([]));
  test("no host of a registry and no path of a machine stands in the project", () =>
    expect(trackedTexts().flatMap(hostsAndPaths)).toEqual([]));
  test("the public surface is thirty names or fewer", () => {
    const surface = readFileSync(join(root, "harness/index.ts"), "utf8");
    expect(exportedNames(surface).length).toBeLessThanOrEqual(30);
  });
});

describe("the rules themselves can fail", () => {
  const bad = (path: string, text: string): SourceFile => ({ path, text });
  test("an import against the direction is found", () => {
    expect(forbiddenImports(bad("harness/core/x.ts", 'import { a } from "#run/a.ts";'))).toHaveLength(1);
    expect(forbiddenImports(bad("harness/stages/mysql/x.ts", 'import { a } from "#stages/kafka/a.ts";'))).toHaveLength(
      1,
    );
    expect(forbiddenImports(bad("harness/stages/mysql/x.ts", 'import { a } from "../kafka/a.ts";'))).toHaveLength(1);
    expect(
      forbiddenImports(bad("scenarios/baseline/x.ts", 'import { a } from "../../harness/run/a.ts";')),
    ).toHaveLength(1);
  });
  test("a second importer of a driver is found", () => {
    expect(strayDrivers(bad("harness/run/x.ts", 'import { Kafka } from "kafkajs";'))).toHaveLength(1);
  });
  test("a long file and a long function are found", () => {
    expect(tooLong(bad("harness/run/x.ts", "\n".repeat(500)))).toHaveLength(1);
    expect(tooLong(bad("harness/run/x.ts", `function f() {\n${"a();\n".repeat(80)}}`))).toHaveLength(1);
  });
  test("banned names, globals, console and weak tests are found", () => {
    expect(vagueNames(bad("harness/run/utils.ts", ""))).toHaveLength(1);
    expect(strayDefaultExports(bad("harness/run/x.ts", "export default 1;"))).toHaveLength(1);
    expect(strayGlobals(bad("harness/run/x.ts", "const t = Date.now();"))).toHaveLength(1);
    expect(strayGlobals(bad("harness/run/x.ts", "setTimeout(f, 1);"))).toHaveLength(1);
    expect(strayGlobals(bad("harness/run/x.ts", 'throw new Error("x");'))).toHaveLength(1);
    expect(strayConsole(bad("harness/run/x.ts", "process.exit(1);"))).toHaveLength(1);
    expect(weakTests(bad("test/unit/x.test.ts", ["test", "skip"].join(".").concat("(f);")))).toHaveLength(1);
    expect(hostsAndPaths(bad("README.md", ["https://registry", "npmjs.org"].join(".")))).toHaveLength(1);
    expect(hostsAndPaths(bad("README.md", ["see ", "root", "secret"].join("/")))).toHaveLength(1);
  });
});

function forbiddenImports({ path, text }: SourceFile): string[] {
  const from = areaOf(path);
  return importsOf(text)
    .map((specifier) => ({ specifier, to: areaOfImport(path, specifier) }))
    .filter(
      ({ to }) =>
        to !== undefined &&
        to !== from &&
        !(allowed[from] ?? []).some((area) => to === area || to.startsWith(`${area}/`)),
    )
    .map(({ specifier }) => `${path} imports ${specifier}`);
}

/** `harness/stages/mysql/client.ts` -> `stages/mysql`; `harness/run/x.ts` -> `run`; `fixtures/…` -> `fixtures`. */
function areaOf(path: string): string {
  const [top = "", second = "", third = ""] = path.split("/");
  if (top !== "harness") return top;
  if (second.endsWith(".ts")) return second;
  return second === "stages" ? `stages/${third}` : second;
}

function areaOfImport(path: string, specifier: string): string | undefined {
  if (specifier === "floe") return "floe";
  if (specifier === "#pipeline") return "pipeline.ts";
  if (specifier.startsWith("#fixtures/")) return "fixtures";
  if (specifier.startsWith("#")) return areaOf(`harness/${specifier.slice(1)}`);
  return specifier.startsWith(".") ? areaOf(relative(root, join(root, path, "..", specifier))) : undefined;
}

function strayDrivers({ path, text }: SourceFile): string[] {
  return importsOf(text)
    .filter((specifier) => drivers[specifier] !== undefined && !drivers[specifier].test(path))
    .map((specifier) => `${path} imports ${specifier}, which only ${String(drivers[specifier])} may`);
}

function importsOf(text: string): string[] {
  return [...code(text).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function tooLong({ path, text }: SourceFile): string[] {
  const lines = text.split("\n").length;
  const file = lines > (oversized[path] ?? 400) ? [`${path} has ${lines} lines`] : [];
  return [...file, ...longFunctions({ path, text })];
}

function longFunctions({ path, text }: SourceFile): string[] {
  if (path.startsWith("test/")) return [];
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  return functionsOf(parseAst(text, { lang: "ts" }))
    .map(({ start, end }) => ({ line: lineAt(start), length: lineAt(end) - lineAt(start) + 1 }))
    .filter(({ length }) => length > 70)
    .map(({ line, length }) => `${path}:${line} has a function of ${length} lines`);
}

function functionsOf(node: unknown): { start: number; end: number }[] {
  if (Array.isArray(node)) return node.flatMap(functionsOf);
  if (typeof node !== "object" || node === null) return [];
  const inner = Object.values(node).flatMap(functionsOf);
  const { type, start, end } = node as { type?: string; start?: number; end?: number };
  const isFunction =
    type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";
  return isFunction && start !== undefined && end !== undefined ? [{ start, end }, ...inner] : inner;
}

function vagueNames({ path }: SourceFile): string[] {
  return /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(path) ? [`${path} has a name that says nothing`] : [];
}

function strayDefaultExports({ path, text }: SourceFile): string[] {
  const may = path.startsWith("scenarios/") || path.startsWith("test/fixtures/") || path === "test/closing-line.ts";
  return !may && /^export default /m.test(text) ? [`${path} has a default export`] : [];
}

function strayGlobals({ path, text }: SourceFile): string[] {
  if (path.startsWith("harness/core/")) return [];
  return bannedNames.filter((name) => code(text).includes(name)).map((name) => `${path} uses ${name}`);
}

function strayConsole({ path, text }: SourceFile): string[] {
  const may = path.startsWith("harness/cli/") || path === "harness/runtime/reaper.ts";
  return !may && /\bconsole\.(log|error|warn|info)\(|(?<![#.\w])process\.exit\(/.test(code(text))
    ? [`${path} prints or exits`]
    : [];
}

function weakTests({ path, text }: SourceFile): string[] {
  if (!path.startsWith("test/") || path === "test/tidy.test.ts") return [];
  return /\b(test|it|describe)\.(skip|only|todo|retry)\b|retry:\s*\d/.test(text) ? [`${path} has a weak test`] : [];
}

function hostsAndPaths({ path, text }: SourceFile): string[] {
  const hosts =
    /registry\.npmjs|repo1?\.maven|maven\.apache\.org\/maven2|pypi\.org|pythonhosted|deb\.debian|proxy\.golang|extensions\.duckdb/;
  const paths = /(^|[^A-Za-z0-9_.$}])\/(work|root|home\/[a-z]+)\//;
  return [
    ...(hosts.test(text) ? [`${path} names a registry's host`] : []),
    ...(paths.test(text) ? [`${path} names a path of a machine`] : []),
  ];
}

/** The code without its comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

function exportedNames(text: string): string[] {
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap((match) =>
    (match[1] ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  );
}

function lineCount(path: string): number {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8").split("\n").length : 0;
}

function read(folder: string): SourceFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ path: relative(root, join(folder, file)), text: readFileSync(join(folder, file), "utf8") }));
}

function trackedTexts(): SourceFile[] {
  const others = ["README.md", "package.json", "package-lock.json", ".npmrc", "floe", "harness/artifacts/lock.json"];
  const docs = existsSync(join(root, "docs")) ? readdirSync(join(root, "docs")).map((file) => `docs/${file}`) : [];
  const texts = [...others, ...docs].filter(
    (path) => existsSync(join(root, path)) && /\.(md|json|npmrc)$|floe$/.test(path),
  );
  return [
    ...files.filter(({ path }) => path !== "test/tidy.test.ts"),
    ...texts.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  ];
}
