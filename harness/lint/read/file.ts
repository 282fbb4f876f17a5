import { basename, extname } from "node:path";
import { type Format, type Problem, placesOf, type ReadFile } from "../document.ts";
import { buildBlock } from "./build-file.ts";
import { readCnf } from "./cnf.ts";
import { commentedOff } from "./comments.ts";
import { readJson } from "./json.ts";
import { readProperties } from "./properties.ts";
import { blocksOf } from "./shapes.ts";
import { readSql } from "./sql.ts";
import { readYaml } from "./yaml.ts";

/** A file's text as blocks of settings, with what is wrong with the text itself. Reads nothing from the disk. */
export function readConfiguration({ file, text: raw }: { file: string; text: string }): ReadFile {
  const text = raw.startsWith("\uFEFF") ? raw.slice(1) : raw;
  const format = formatOf(file, text);
  const fault = unreadable({ file, text, format });
  if (fault !== undefined) return { file, text, format, blocks: [], problems: [fault] };
  if (format === "properties") return { file, text, format, ...readProperties({ file, text }) };
  if (format === "cnf") return { file, text, format, ...readCnf({ file, text }) };
  if (format === "sql") return { file, text, format, ...readSql({ file, text }) };
  if (format === "text") return { file, text, format, blocks: buildBlock({ file, text }), problems: [] };
  return readTree({ file, text, format });
}

/** Files with these names hold nothing to judge, whatever is in them: a folder is read without them. */
export function isJudged(file: string): boolean {
  const name = basename(file);
  if (/^(package(-lock)?|tsconfig.*|biome|floe\.lint|renovate|.*\.schema)\.jsonc?$/.test(name)) return false;
  return /\.(json|ya?ml|properties|cnf|sql|conf)$/i.test(name) || isBuildFile(name);
}

/** Ten times what the longest configuration has: a file with more is something else. */
const mostSettings = 3000;

function readTree({ file, text, format }: { file: string; text: string; format: "json" | "yaml" }): ReadFile {
  const { trees, faults } = format === "json" ? readJson(text) : readYaml(text);
  const place = placesOf(text);
  const problems: Problem[] = faults.map(({ rule, offset, key, told }) => ({
    rule,
    file,
    at: place(offset),
    key,
    told,
  }));
  const off = format === "yaml" ? commentedOff(text) : [];
  const all = trees.flatMap((tree) => blocksOf(tree, { file, format, text, place, problems }));
  const blocks = all.filter(({ settings }) => settings.size <= mostSettings);
  const [huge] = all.filter(({ settings }) => settings.size > mostSettings);
  if (huge !== undefined)
    problems.push({
      rule: "syntax",
      file,
      at: huge.at,
      told: `${huge.settings.size} settings in one place are no configuration`,
    });
  return { file, text, format, blocks: blocks.map((block) => ({ ...block, off: [...block.off, ...off] })), problems };
}

function unreadable({ file, text, format }: { file: string; text: string; format: Format }): Problem | undefined {
  const at = { line: 1, column: 1 };
  if (text.trim() === "") return { rule: "syntax", file, at, told: "the file is empty" };
  if (text.slice(0, 8192).includes("\0"))
    return { rule: "syntax", file, at, told: `a binary file, where ${format} was expected` };
  return undefined;
}

function formatOf(file: string, text: string): Format {
  const extension = extname(file).toLowerCase();
  const name = basename(file);
  if (isBuildFile(name)) return "text";
  if (extension === ".sql") return "sql";
  if (extension === ".cnf" || name === "my.ini") return "cnf";
  if (extension === ".properties" || extension === ".conf") return "properties";
  if (extension === ".yaml" || extension === ".yml") return "yaml";
  if (extension === ".json") return "json";
  const start = text.trimStart();
  if (/^[{[]\s*(["}\]{]|$)/.test(start)) return "json";
  if (/^\[\w+\]/m.test(text)) return "cnf";
  return /^(---|apiVersion:|kind:)/m.test(text) ? "yaml" : "properties";
}

function isBuildFile(name: string): boolean {
  return /^(pom\.xml|Dockerfile.*|.*\.Dockerfile|.*\.gradle(\.kts)?|libs\.versions\.toml)$/.test(name);
}
