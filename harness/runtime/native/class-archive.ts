import { existsSync, mkdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fingerprint } from "./fingerprint.ts";

/**
 * Archives of loaded classes (AppCDS): a JVM that maps one starts in two thirds of the time and with less memory. One
 * for each Java, class path, main class and set of VM options, in `<cache>/cds/`. The JVM itself checks that an archive
 * fits, and goes on without it when it does not.
 */
export interface JavaStart {
  readonly java: { readonly executable: string; readonly version: string };
  readonly classpath: readonly string[];
  readonly mainClass: string;
  readonly options: readonly string[];
}

export type Sharing =
  | { readonly kind: "use"; readonly options: readonly string[] }
  | ({ readonly kind: "record"; readonly options: readonly string[] } & PendingArchive)
  | { readonly kind: "none"; readonly options: readonly string[] };

/** An archive that appears at `pending` when its JVM ends by itself or by SIGTERM, and is then taken over. */
export interface PendingArchive {
  readonly pending: string;
  readonly archive: string;
}

export function classSharing({ cacheDir, record, owner, start }: SharingOptions): Sharing {
  const folder = join(cacheDir, "cds");
  const archive = join(folder, `${shortName(start.mainClass)}-${archiveKey(start)}.jsa`);
  if (existsSync(archive)) return { kind: "use", options: [`-XX:SharedArchiveFile=${archive}`, "-Xshare:auto"] };
  if (!record || !hasBaseArchive(start.java.executable)) return { kind: "none", options: [] };
  mkdirSync(folder, { recursive: true });
  const pending = `${archive}.${owner}`;
  return { kind: "record", options: [`-XX:ArchiveClassesAtExit=${pending}`], pending, archive };
}

export interface SharingOptions {
  readonly cacheDir: string;
  /** Start a JVM without an archive so that it makes one at its end; costs up to a third of its start. */
  readonly record: boolean;
  /** Makes the unfinished archive's name unique: two stacks may make the same one at once. */
  readonly owner: string;
  readonly start: JavaStart;
}

/** Puts a recorded archive in place; false when the JVM did not write one. */
export function takeOver({ pending, archive }: PendingArchive): boolean {
  if (!existsSync(pending)) return false;
  if (existsSync(archive)) rmSync(pending, { force: true });
  else renameSync(pending, archive);
  return true;
}

/** An archive of ours goes on top of the JVM's own. A Java without one, as jlink makes it, refuses to start recording. */
function hasBaseArchive(executable: string): boolean {
  const file = realpathSync.native(executable);
  return existsSync(join(dirname(dirname(file)), "lib", "server", "classes.jsa"));
}

/** System properties, heap sizes and logging don't change which classes fit. */
function archiveKey({ java, classpath, mainClass, options }: JavaStart): string {
  const lasting = options.filter((option) => !/^-(D|Xm|Xss|Xlog)/.test(option));
  return fingerprint({ texts: [java.version, mainClass, ...lasting], files: classpath });
}

const shortName = (mainClass: string) => mainClass.slice(mainClass.lastIndexOf(".") + 1);
