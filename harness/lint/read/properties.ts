import { type Block, type Problem, placesOf, type Setting } from "../document.ts";
import { commentedOff } from "./comments.ts";

export interface Read {
  readonly blocks: readonly Block[];
  readonly problems: readonly Problem[];
}

/** Reads Java's `.properties`: `=`, `:` or white space after the key, `\` for escapes and longer lines. */
export function readProperties({ file, text }: { file: string; text: string }): Read {
  const place = placesOf(text);
  const settings = new Map<string, Setting>();
  const problems: Problem[] = [];
  // A line goes on where it ends in an odd number of backslashes.
  for (const match of text.matchAll(/^[ \t\f]*([^\s#!](?:\\(?:\r\n|[\s\S])|[^\\\r\n])*)$/gm)) {
    const start = match.index + match[0].length - (match[1] ?? "").length;
    const line = match[1] ?? "";
    const [, rawKey = "", between = "", rawValue = ""] =
      /^((?:\\[\s\S]|[^\\\s=:])*)([ \t\f]*[=:]?[ \t\f]*)([\s\S]*)$/.exec(line) ?? [];
    const key = unescaped(rawKey);
    const valueStart = start + rawKey.length + between.length;
    const setting: Setting = {
      key,
      value: unescaped(rawValue),
      type: "text",
      file,
      keyAt: place(start),
      at: place(valueStart),
      keySpan: { start, end: start + rawKey.length },
      valueSpan: { start: valueStart, end: valueStart + rawValue.length },
    };
    if (settings.has(key))
      problems.push({ rule: "duplicate-key", file, at: setting.keyAt, key, told: `${key} stands here a second time` });
    if (between === "" && rawValue === "")
      problems.push({
        rule: "syntax",
        file,
        at: setting.keyAt,
        told: "no setting here: expected key=value, got a word",
      });
    else settings.set(key, setting);
  }
  const block: Block = { file, format: "properties", settings, at: { line: 1, column: 1 }, off: commentedOff(text) };
  return { blocks: settings.size > 0 ? [block] : [], problems };
}

function unescaped(raw: string): string {
  if (!raw.includes("\\")) return raw.trimEnd() === "" ? "" : raw;
  return raw
    .replace(/\\(\r\n|\n|\r)[ \t\f]*/g, "")
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\([\s\S])/g, (_, character: string) => ({ n: "\n", t: "\t", r: "\r", f: "\f" })[character] ?? character);
}
