import { unreachable, usageError } from "#core/errors.ts";
import { type JvmTuning, jvmOptions } from "../jvm.ts";
import type { Launch, Part, Program } from "../port.ts";
import { classSharing, type Sharing } from "./class-archive.ts";
import { fingerprint } from "./fingerprint.ts";
import type { NativeParts } from "./parts.ts";

/** A command line as the operating system takes it. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface CommandOptions {
  readonly parts: NativeParts;
  readonly part: Part;
  readonly launch: Launch;
  readonly jvm: JvmTuning;
  /** A folder for what the program puts into the system's temporary folder. */
  readonly tempDir: string;
  /** Undefined where class archives are not to be used. */
  readonly sharing?: { readonly cacheDir: string; readonly record: boolean; readonly owner: string } | undefined;
}

/** Finds the program's files and gives it the environment that it needs, and no more of the harness's own. */
export function resolveCommand(options: CommandOptions): Command & { readonly sharing?: Sharing } {
  const { parts, launch, tempDir } = options;
  const { program } = launch;
  const env = { ...inheritedEnvironment(), TMPDIR: tempDir, ...launch.env };
  switch (program.kind) {
    case "mysqld":
      return { command: parts.mysqld.command, args: [...parts.mysqld.args, ...launch.args, ...rootUser()], env };
    case "executable":
      return { command: executable(parts, program.name), args: launch.args, env };
    case "java":
      return { ...javaCommand(options, program), env };
    default:
      return unreachable(program);
  }
}

type JavaProgram = Extract<Program, { kind: "java" }>;

function javaCommand(options: CommandOptions, program: JavaProgram): Omit<Command, "env"> & { sharing?: Sharing } {
  const { parts, part, launch, jvm, tempDir } = options;
  const classpath = parts.classpaths[program.classpath];
  const vm = jvmOptions({ part, tuning: jvm, options: program.options });
  const start = { java: parts.java, classpath, mainClass: program.mainClass, options: vm };
  const sharing = options.sharing === undefined ? undefined : classSharing({ ...options.sharing, start });
  const args = [...vm, ...(sharing?.options ?? []), `-Djava.io.tmpdir=${tempDir}`];
  return {
    command: parts.java.executable,
    args: [...args, "-cp", classpath.join(":"), program.mainClass, ...launch.args],
    ...(sharing === undefined ? {} : { sharing }),
  };
}

/** What decides whether data made by a program fits another: its files, by name, size and time. */
export function programFingerprint(parts: NativeParts, program: Program): string {
  switch (program.kind) {
    case "mysqld": {
      const texts = [parts.mysqld.command, ...parts.mysqld.args];
      return fingerprint({ texts, files: texts.filter((text) => text.startsWith("/")) });
    }
    case "executable":
      return fingerprint({ texts: [program.name], files: [executable(parts, program.name)] });
    case "java": {
      const classpath = parts.classpaths[program.classpath];
      return fingerprint({ texts: [program.mainClass], files: classpath });
    }
    default:
      return unreachable(program);
  }
}

function executable(parts: NativeParts, name: string): string {
  const found = parts.executables[name];
  if (found !== undefined) return found;
  throw usageError({
    code: "PROGRAM_MISSING",
    what: `there is no program ${name}`,
    expected: `${name} on PATH`,
    remedy: `install ${name}, or leave --object-store out`,
  });
}

/** mysqld refuses to run as root unless told to. Its own data only, on loopback: no harm. */
function rootUser(): string[] {
  return process.getuid?.() === 0 ? ["--user=root"] : [];
}

/** No proxies, no JAVA_TOOL_OPTIONS, no AWS_PROFILE: a server must run the same on every machine. */
function inheritedEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "LANG", "TZ"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
