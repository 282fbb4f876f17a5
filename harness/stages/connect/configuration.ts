import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, systemCode, usageError } from "#core/errors.ts";
import { jsonErrorPlace } from "./json-place.ts";

/** A connector's or worker's settings as Connect takes them: text by key. */
export type Configuration = Readonly<Record<string, string>>;

/** A configuration and the file that a person would edit to change it. */
export interface ConfigurationFile {
  readonly file: string;
  readonly settings: Configuration;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** What a file says to `floe lint` alone; Connect never sees it. */
const forLint = "_floe";
const bare = z
  .record(z.string(), z.unknown())
  .transform((settings) => Object.fromEntries(Object.entries(settings).filter(([key]) => key !== forLint)))
  .pipe(z.record(z.string(), scalar));
const named = z.object({ name: z.string().optional(), config: bare }).transform(({ config }) => config);

/** Reads a connector's JSON in either of Connect's shapes: the bare map, or `{"name": …, "config": {…}}`. */
export async function readConnector(file: string): Promise<ConfigurationFile> {
  return parseConnector({ file, text: await readText(file) });
}

export function parseConnector({ file, text }: { file: string; text: string }): ConfigurationFile {
  const parsed = z.union([named, bare]).safeParse(parseJson({ file, text }));
  if (parsed.success) return { file, settings: parsed.data };
  throw usageError({
    code: "CONNECTOR_SHAPE",
    what: `${file} is no connector configuration`,
    expected: 'a JSON object of settings, or {"name": …, "config": {…}}; each value text, a number, true or false',
    got: z.prettifyError(parsed.error).split("\n").slice(0, 3).join("; "),
    remedy: `edit ${file}`,
    evidence: [file],
  });
}

function parseJson({ file, text }: { file: string; text: string }): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { line, column } = jsonErrorPlace(text);
    throw usageError({
      code: "CONNECTOR_SYNTAX",
      what: `${file} is no JSON: line ${line}, column ${column}`,
      got: messageOf(error),
      remedy: "mend the JSON there: no comments, no trailing commas, keys in double quotes",
      evidence: [`${file}:${line}:${column}`],
    });
  }
}

/** Reads a worker's `.properties`: `key=value` lines, `#` for comments, as our files use the format. */
export async function readProperties(file: string): Promise<ConfigurationFile> {
  return parseProperties({ file, text: await readText(file) });
}

export function parseProperties({ file, text }: { file: string; text: string }): ConfigurationFile {
  const settings: Record<string, string> = {};
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith("!")) continue;
    const [, key, value] = /^([^=:\s]+)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      throw usageError({
        code: "PROPERTIES_SYNTAX",
        what: `${file} is no properties file: line ${at + 1}`,
        expected: "key=value, or # and a comment",
        got: line,
        remedy: "mend the line",
        evidence: [`${file}:${at + 1}`],
      });
    }
    settings[key] = value;
  }
  return { file, settings };
}

/** Lays a profile's file over the base file: its keys win. */
export function overlay(base: ConfigurationFile, over: ConfigurationFile): ConfigurationFile {
  return { file: `${base.file} + ${over.file}`, settings: { ...base.settings, ...over.settings } };
}

export function propertiesText(settings: Configuration): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value.replaceAll("\\", "\\\\")}\n`)
    .join("");
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageError({
      code: "CONFIGURATION_UNREADABLE",
      what: `the configuration ${file} cannot be read`,
      got: systemCode(error) ?? messageOf(error),
      remedy: "check the path and its rights",
      cause: error,
    });
  }
}
