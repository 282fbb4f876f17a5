import { dirname } from "node:path";
import { satisfies } from "#core/versions.ts";
import { catalogue, general, rules, type Words } from "./catalogue.ts";
import { type Definitions, parts } from "./definitions.ts";
import type { Document, Kind, Problem, ReadFile } from "./document.ts";
import { Pipeline } from "./pipeline.ts";
import { recognise } from "./recognise.ts";
import type { Found, Hit, Rule, Severity } from "./rule.ts";
import { visible } from "./secret.ts";
import type { View } from "./view.ts";

/** What files are judged for, and by which rules. */
export interface Judging {
  readonly definitions: Definitions;
  readonly target: "production" | "local";
  readonly brokers?: number | undefined;
  /** The kind of every file, whatever it looks like. */
  readonly as?: Kind | undefined;
  /** Severities other than the catalogue's. */
  readonly severities?: Readonly<Record<string, Severity | "off">> | undefined;
  /** Keys that are right although nobody knows them; `*` stands for anything. */
  readonly keys?: readonly string[] | undefined;
}

/** Files that belong together: those that are asked about, and those that stand beside them. */
export interface Group {
  readonly files: readonly ReadFile[];
  readonly beside?: readonly ReadFile[];
}

export interface Judgement {
  readonly findings: readonly Found[];
  /** Files in which nothing was found that could be judged. */
  readonly unrecognised: readonly string[];
}

/** Judges files by every rule that holds for their kinds, the versions and the target. Touches nothing. */
export function judge(group: Group, judging: Judging): Judgement {
  const asked = new Set(group.files.map(({ file }) => file));
  const documents = documentsOf([...group.files, ...(group.beside ?? [])], judging);
  const pipeline = new Pipeline({ ...judging, documents });
  const judged = pipeline.views.filter(({ document }) => asked.has(document.file));
  const broken = rules().filter((rule) => holds(rule, judging));
  const hits = judged.flatMap((view) => broken.flatMap((rule) => found(rule, view, pipeline)));
  const problems = group.files.flatMap((each) => each.problems.map(foundWhileReading));
  const findings = silenced([...problems, ...withoutRepeats(hits)], judging);
  const told = new Set(documents.map(({ file }) => file));
  return {
    findings: findings.toSorted(inOrder),
    unrecognised: group.files
      .filter(({ file, problems: of }) => !told.has(file) && of.length === 0)
      .map(({ file }) => file),
  };
}

/** Files as groups, one for each folder. */
export function byFolder(files: readonly ReadFile[]): ReadonlyMap<string, readonly ReadFile[]> {
  return Map.groupBy(files, ({ file }) => dirname(file));
}

/** What is recognised in files: each block with its kind. */
export function documentsOf(files: readonly ReadFile[], { as, definitions }: Judging): Document[] {
  const blocks = files.flatMap((each) => each.blocks);
  return blocks.flatMap((block) => (as === undefined ? (recognise(block, definitions) ?? []) : { ...block, kind: as }));
}

function holds({ versions, only }: Rule, { definitions, target }: Judging): boolean {
  if (only !== undefined && only !== target) return false;
  return parts.every((part) => versions?.[part] === undefined || satisfies(definitions.versions[part], versions[part]));
}

function found(rule: Rule, view: View, pipeline: Pipeline): Found[] {
  if (!rule.kinds.includes(view.kind) || view.document.off.includes(rule.id)) return [];
  return [...rule.find(view, pipeline)].map((hit) => finding(rule, view, hit));
}

/** A broken rule as it is told of: its words, and the place in the file. */
export function finding(rule: Words, view: View, hit: Hit): Found {
  const { document } = view;
  // A missing key is told at the line that says what it is missing from.
  const at = hit.on?.keyAt ?? view.get("connector.class")?.keyAt ?? document.at;
  return {
    file: hit.on?.file ?? document.file,
    line: at.line,
    column: at.column,
    rule: rule.id,
    severity: hit.severity ?? rule.severity,
    key: hit.on?.key ?? hit.key ?? null,
    message: visible(`${hit.told}: ${rule.harm}`),
    remedy: rule.remedy,
    source: rule.source,
    document,
    on: hit.on,
    fix: hit.fix,
    at,
  };
}

function foundWhileReading({ rule, file, at, key, told }: Problem): Found {
  const said = catalogue().find(({ id }) => id === rule);
  return {
    file,
    line: at.line,
    column: at.column,
    rule,
    severity: said?.severity ?? "error",
    key: key ?? null,
    message: visible(said === undefined ? told : `${told}: ${said.harm}`),
    remedy: said?.remedy ?? "mend the file",
    source: said?.source ?? "the parsers",
    at,
  };
}

/** What a rule that knows the key has told, the general ones need not tell again. */
function withoutRepeats(findings: readonly Found[]): Found[] {
  const place = ({ file, line, key }: Found) => `${file}:${line}:${key}`;
  const known = new Set(findings.filter(({ rule }) => !general.has(rule)).map(place));
  return findings.filter((each) => !general.has(each.rule) || !known.has(place(each)));
}

/** Findings as the settings have them: other severities, rules and keys that are switched off. */
export function silenced(findings: readonly Found[], { severities = {}, keys = [] }: Judging): Found[] {
  const allowed = keys.map((key) => new RegExp(`^${key.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`));
  return findings.flatMap((each) => {
    const own = severities[each.rule];
    if (own === "off") return [];
    const unknown = /(^|-)unknown-key$/.test(each.rule) && allowed.some((pattern) => pattern.test(each.key ?? ""));
    return unknown ? [] : [own === undefined ? each : { ...each, severity: own }];
  });
}

/** By file and place. */
export function inOrder(left: Found, right: Found): number {
  return (
    left.file.localeCompare(right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    left.rule.localeCompare(right.rule)
  );
}
