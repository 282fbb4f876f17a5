import { dataDir, home } from "./command.ts";

export interface ScriptOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What of the command's work must not stay; then the script ends when the command does. */
  readonly forget?: readonly string[];
}

/**
 * What a container runs. It is written anew before each start, so a restart can have other settings, and secrets in its
 * environment are not told to everybody who may inspect the container.
 */
export function launchScript({ command, env, forget }: ScriptOptions): string {
  return [
    "#!/bin/sh",
    "set -e",
    `cd ${dataDir}`,
    `export HOME=${home}`,
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`),
    ...(forget === undefined
      ? [`exec ${line(command)}`]
      : [line(command), ...forget.map((path) => `rm -rf ${quoted(path)}`)]),
    "",
  ].join("\n");
}

const line = (words: readonly string[]) => words.map(quoted).join(" ");

/** A word as sh reads it back unchanged. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
