import { type Block, type Problem, placesOf, type Setting } from "../document.ts";
import { commentedOff } from "./comments.ts";
import type { Read } from "./properties.ts";

const serverGroups = /^(mysqld([-.].*)?|server|mariadbd?([-.].*)?)$/;

/** Reads `my.cnf`: the server's groups; `-` and `_` are one, the last of two wins, as with mysqld. */
export function readCnf({ file, text }: { file: string; text: string }): Read {
  const place = placesOf(text);
  const settings = new Map<string, Setting>();
  const problems: Problem[] = [];
  let group = "";
  let groupAt = { line: 1, column: 1 };
  for (const { 0: line, index } of text.matchAll(/^.*$/gm)) {
    const [, indent = "", body = ""] = /^(\s*)(.*?)\s*$/.exec(line) ?? [];
    const start = index + indent.length;
    if (body === "" || /^[#;!]/.test(body)) continue;
    const [, named] = /^\[([^\]]*)\]/.exec(body) ?? [];
    if (named !== undefined) {
      group = named.trim();
      if (serverGroups.test(group)) groupAt = place(start);
    } else if (group === "") problems.push(outside(file, place(start)));
    else if (serverGroups.test(group)) {
      const setting = option({ file, body, start, place });
      settings.set(setting.key, setting);
    }
  }
  const block: Block = { file, format: "cnf", settings, at: groupAt, shape: "mysql-server", off: commentedOff(text) };
  return { blocks: problems.length > 0 ? [] : [block], problems };
}

function outside(file: string, at: { line: number; column: number }): Problem {
  return { rule: "syntax", file, at, told: "an option before any [group]: expected [mysqld]" };
}

interface Option {
  readonly file: string;
  readonly body: string;
  readonly start: number;
  readonly place: (offset: number) => { line: number; column: number };
}

function option({ file, body, start, place }: Option): Setting {
  const [, rawKey = "", between = "", rawValue = ""] = /^([^\s=]+)(\s*=?\s*)(.*)$/.exec(body) ?? [];
  const valueStart = start + rawKey.length + between.length;
  const { key, value } = meant(rawKey, bare(rawValue), between.includes("="));
  return {
    key,
    value,
    type: "text",
    file,
    keyAt: place(start),
    at: place(valueStart),
    keySpan: { start, end: start + rawKey.length },
    valueSpan: { start: valueStart, end: valueStart + rawValue.length },
  };
}

/** `skip-log-bin` is `log_bin=OFF`; a name alone switches on. */
function meant(rawKey: string, given: string, assigned: boolean): { key: string; value: string } {
  const key = rawKey
    .replaceAll("-", "_")
    .toLowerCase()
    .replace(/^(loose|maximum)_/, "");
  const [, off] = /^(?:skip|disable)_(log_bin|log_replica_updates|log_slave_updates)$/.exec(key) ?? [];
  if (off !== undefined) return { key: off, value: "OFF" };
  return { key, value: assigned ? given : "ON" };
}

function bare(value: string): string {
  const uncommented = value.replace(/\s+#.*$/, "").trim();
  return /^(["']).*\1$/.test(uncommented) ? uncommented.slice(1, -1) : uncommented;
}
