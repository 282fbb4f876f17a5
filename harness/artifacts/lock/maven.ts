import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { environmentError, FloeError, usageError } from "#core/errors.ts";
import { run } from "#process/run.ts";
import { sha256Of } from "../checksum.ts";
import { type Coordinates, coordinatesText, parseCoordinates } from "../coordinates.ts";
import type { LockedJar } from "../lock.ts";
import { onPath } from "../programs.ts";
import type { Roots } from "./roots.ts";

/** A jar that Maven has put into its own local repository. */
export interface ResolvedJar {
  readonly coordinates: Coordinates;
  readonly file: string;
}

/** Has Maven find all jars that the roots need at run time. `part` is for errors: `kafka 4.3.1`. */
export async function resolveJars(part: string, roots: Roots): Promise<ResolvedJar[]> {
  const jars = await dependencyList(part, roots);
  const binding = roots.logs ? logBinding(jars.map((jar) => jar.coordinates)) : undefined;
  if (binding === undefined) return jars;
  return dependencyList(part, { ...roots, resolved: [...roots.resolved, binding] });
}

/** The lines of the lock file for these jars. */
export async function lockJars(jars: readonly ResolvedJar[]): Promise<LockedJar[]> {
  const lines: LockedJar[] = [];
  for (const { coordinates, file } of jars) {
    lines.push({ jar: coordinatesText(coordinates), size: (await stat(file)).size, sha256: await sha256Of(file) });
  }
  return lines;
}

/** The binding of slf4j to add so that a program has logs; undefined where one comes along already. */
export function logBinding(jars: readonly Coordinates[]): string | undefined {
  const versionOf = (name: string) => jars.find((jar) => jar.artifact === name)?.version;
  const api = versionOf("slf4j-api");
  if (api === undefined || jars.some((jar) => bindings.has(jar.artifact))) return undefined;
  const core = versionOf("log4j-core");
  if (core === undefined) return `org.slf4j:slf4j-simple:jar:${api}`;
  const name = api.startsWith("1.") ? "log4j-slf4j-impl" : "log4j-slf4j2-impl";
  return `org.apache.logging.log4j:${name}:jar:${core}`;
}

const bindings = new Set(["slf4j-reload4j", "slf4j-log4j12", "slf4j-simple", "log4j-slf4j-impl", "log4j-slf4j2-impl"]);

export const mavenPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

async function dependencyList(part: string, roots: Roots): Promise<ResolvedJar[]> {
  const folder = await mkdtemp(join(tmpdir(), "floe-lock-"));
  try {
    const [pom, list] = [join(folder, "pom.xml"), join(folder, "jars.txt")];
    await writeFile(pom, dependenciesPom(roots));
    const goal = [`${mavenPlugin}:list`, "-DincludeScope=runtime", "-DoutputAbsoluteArtifactFilename=true"];
    await runMaven(part, ["-f", pom, ...goal, `-DoutputFile=${list}`]);
    return parseDependencyList(await readFile(list, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs Maven without a terminal's colours and questions, and without its long waits for a network that is not there. */
export async function runMaven(part: string, args: readonly string[]): Promise<void> {
  const command = onPath("mvn");
  if (command === undefined) throw mavenMissing(part);
  const errors: string[] = [];
  try {
    await run({
      command,
      args: ["-B", "-q", "-U", "-Dstyle.color=never", ...impatient, ...args],
      what: `have Maven find ${part}`,
      withinMs: 600_000,
      remedy: "look at Maven's messages; its mirrors and proxies are in ~/.m2/settings.xml",
      onLine: (line) => {
        // Maven resets colours that it was told not to use.
        const [, error] = /^\[ERROR\] (.+)/.exec(stripVTControlCharacters(line)) ?? [];
        if (error !== undefined) errors.push(error);
      },
    });
  } catch (error) {
    throw mavenError(part, errors, error);
  }
}

const impatient = [
  "-Daether.connector.connectTimeout=10000",
  "-Dmaven.wagon.http.retryHandler.count=0",
  "-Daether.connector.http.retryHandler.count=0",
];

function mavenMissing(part: string): FloeError {
  return environmentError({
    code: "MAVEN_MISSING",
    what: `${part} is not in the lock file, and there is no mvn on PATH to find out what it needs`,
    expected: "Maven 3.6 or later on PATH",
    remedy: "install Maven (apt-get install maven), or use a version that the lock file has: ./floe doctor lists them",
  });
}

/** Says in our terms what Maven's long first line says. */
export function mavenError(part: string, errors: readonly string[], cause: unknown): unknown {
  const said = errors.find((line) => /Could not|was not found|No plugin found/.test(line)) ?? errors[0] ?? "";
  const [, missing] = /(?:Could not find artifact|Failure to find) ([\w.:-]+)/.exec(said) ?? [];
  if (missing !== undefined) {
    return usageError({
      code: "VERSION_UNKNOWN",
      what: `the registry has no ${part}`,
      got: `no ${missing}`,
      remedy: "choose a version that is published, or one of the lock file: ./floe doctor lists them",
    });
  }
  if (/Could not transfer|No plugin found|Unknown host|timed? out|refused|unreachable/i.test(said)) {
    return environmentError({
      code: "NO_NETWORK",
      what: `${part} is not in the lock file, and Maven reaches no registry to find out what it needs`,
      got: said.split(" -> ")[0] ?? said,
      remedy: "connect this machine, or set Maven's mirror or proxy in ~/.m2/settings.xml",
    });
  }
  return cause;
}

/** Lines such as `g:a:jar:1.0:runtime:/path/a-1.0.jar -- module a`. */
export function parseDependencyList(text: string): ResolvedJar[] {
  return text.split("\n").flatMap((line) => {
    const [, coordinates, file] = /^\s+(\S+?):(?:compile|runtime):(\/.*?)(?: -- module .*)?$/.exec(line) ?? [];
    return coordinates === undefined || file === undefined
      ? []
      : [{ coordinates: parseCoordinates(coordinates), file }];
  });
}

function dependenciesPom(roots: Roots): string {
  const dependencies = [
    ...roots.resolved.map((root) => dependency(root, "")),
    ...roots.alone.map((root) => dependency(root, excludeAll)),
  ];
  return pomText(`<dependencies>\n${dependencies.join("\n")}\n</dependencies>`);
}

const excludeAll = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>";

function dependency(root: string, more: string): string {
  return `<dependency>${dependencyText(parseCoordinates(root))}${more}</dependency>`;
}

/** A project that is nothing but this content. */
export function pomText(content: string): string {
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>floe</groupId><artifactId>parts</artifactId><version>1</version><packaging>pom</packaging>
  ${content}
</project>
`;
}

/** Coordinates as Maven's XML has them. */
export function dependencyText({ group, artifact, type, classifier, version }: Coordinates): string {
  const kind = `<type>${type}</type>${classifier === undefined ? "" : `<classifier>${classifier}</classifier>`}`;
  return `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${kind}`;
}
