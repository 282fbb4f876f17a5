import { type Block, placesOf, type Setting } from "../document.ts";
import { commentedOff } from "./comments.ts";
import type { Read } from "./properties.ts";

// What a set-up script says about the server: the statements that rules ask for, as settings.
const statements = [
  { pattern: /\bSET\s+GLOBAL\s+(\w+)\s*=\s*'?([\w,]*)'?/gi, key: (name: string) => `SET GLOBAL ${name.toLowerCase()}` },
  { pattern: /\bSET\s+PERSIST(?:_ONLY)?\s+(\w+)\s*=\s*'?([\w,]*)'?/gi, key: (name: string) => name.toLowerCase() },
  { pattern: /\bGRANT\s+(.+?)\s+TO\s+'?([\w%.@-]+)/gis, key: () => "GRANT" },
  {
    pattern: /\bmysql\.rds_set_configuration\s*\(\s*'([^']+)'\s*,\s*(\w+)/gi,
    key: (name: string) => name.toLowerCase(),
  },
] as const;

const createTable = /\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.`"]+)\s*\(([^;]*)/gi;

/** Reads a script that sets a MySQL server up: its variables, grants and tables; everything else is left out. */
export function readSql({ file, text }: { file: string; text: string }): Read {
  const place = placesOf(text);
  const settings = new Map<string, Setting>();
  const code = text.replace(/--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "));
  for (const { pattern, key } of statements)
    for (const match of code.matchAll(pattern)) {
      const [whole, first = "", second = ""] = match;
      const name = key(first);
      const span = { start: match.index, end: match.index + whole.length };
      const value = name === "GRANT" ? `${first.replace(/\s+/g, " ")} TO ${second}` : second;
      const at = place(span.start);
      const id = name === "GRANT" && settings.has(name) ? `GRANT ${settings.size}` : name;
      settings.set(id, { key: id, value, type: "text", file, keyAt: at, at, keySpan: span, valueSpan: span });
    }
  for (const { 0: whole, 1: table = "", 2: body = "", index } of code.matchAll(createTable)) {
    const key = `CREATE TABLE ${table.replaceAll(/[`"]/g, "")}`;
    const span = { start: index, end: index + whole.length };
    const at = place(index);
    settings.set(key, { key, value: body, type: "text", file, keyAt: at, at, keySpan: span, valueSpan: span });
  }
  const platform = /\bmysql\.rds_/i.test(code) ? "rds" : undefined;
  const block: Block = {
    file,
    format: "sql",
    settings,
    at: { line: 1, column: 1 },
    shape: "mysql-server",
    platform,
    off: commentedOff(text),
  };
  return { blocks: settings.size > 0 ? [block] : [], problems: [] };
}
