import type { Format, ReadFile, Setting, Span } from "./document.ts";
import type { Fix, Found } from "./rule.ts";
import { shown, visible } from "./secret.ts";

/** A file with what has one right answer put right; everything else in it stays as it is, letter by letter. */
export interface Mended {
  readonly file: string;
  readonly text: string;
  /** The lines that changed, as a diff; secrets hidden. */
  readonly diff: readonly string[];
  readonly count: number;
}

interface Edit {
  readonly span: Span;
  readonly text: string;
  readonly setting: Setting;
}

/** Mends a file by its findings; undefined where there is nothing to mend. */
export function mend({ file, text, format, blocks }: ReadFile, findings: readonly Found[]): Mended | undefined {
  const edits = findings
    .filter((found) => found.on?.file === file && found.fix !== undefined)
    .flatMap((found) => editsOf(found, format, text))
    .toSorted((left, right) => left.span.start - right.span.start)
    .filter((edit, at, all) => all.findIndex((other) => other.span.start === edit.span.start) === at);
  if (edits.length === 0) return undefined;
  const after = edits.reduceRight(
    (left, { span, text: put }) => left.slice(0, span.start) + put + left.slice(span.end),
    text,
  );
  const settings = new Set(edits.map(({ setting }) => setting));
  return {
    file,
    text: after,
    diff: diffOf({ file, before: text, after, hidden: secretsOf(blocks, text) }),
    count: settings.size,
  };
}

function editsOf({ on, fix, document }: Found, format: Format, text: string): Edit[] {
  if (on === undefined || fix === undefined || document === undefined) return [];
  // Two of one key would be worse than a wrong one.
  if (fix.key !== undefined && document.settings.has(fix.key)) return [];
  const spelled = (span: Span, put: string): Edit => ({
    span,
    text: written(put, text.slice(span.start, span.end), format),
    setting: on,
  });
  return spansOf(on, fix).map(({ span, put }) => spelled(span, put));
}

function spansOf(on: Setting, { key, value }: Fix): { span: Span; put: string }[] {
  return [
    ...(key === undefined ? [] : [{ span: on.keySpan, put: key }]),
    ...(value === undefined ? [] : [{ span: on.valueSpan, put: value }]),
  ];
}

/** In the quotes that were there; JSON has no other way. */
function written(put: string, before: string, format: Format): string {
  if (format === "json") return JSON.stringify(put);
  const [quote] = /^["']/.exec(before) ?? [];
  if (quote === undefined) return put;
  return quote === '"' ? JSON.stringify(put) : `'${put.replaceAll("'", "''")}'`;
}

/** The texts that must not be seen, line by line: a file may be one long line, with a password beside what is mended. */
function secretsOf(blocks: ReadFile["blocks"], text: string): string[] {
  const secret = blocks.flatMap(({ settings }) => [...settings.values()]).filter((setting) => shown(setting) === "***");
  return secret
    .flatMap(({ value, valueSpan }) => [value, ...text.slice(valueSpan.start, valueSpan.end).split("\n")])
    .map((piece) => piece.trim())
    .filter((piece) => piece !== "");
}

interface Diff {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly hidden: readonly string[];
}

function diffOf({ file, before, after, hidden }: Diff): string[] {
  // No edit adds or removes a line, so lines keep their numbers.
  const [old, now] = [before.split("\n"), after.split("\n")];
  const safe = (line: string) => hidden.reduce((left, secret) => left.replaceAll(secret, "***"), line).trimEnd();
  const changed = old.flatMap((line, at) => (line === now[at] ? [] : [at]));
  return [
    `--- ${file}`,
    `+++ ${file}`,
    ...changed.flatMap((at) => [
      `@@ -${at + 1} +${at + 1} @@`,
      visible(`-${safe(old[at] ?? "")}`),
      visible(`+${safe(now[at] ?? "")}`),
    ]),
  ];
}
