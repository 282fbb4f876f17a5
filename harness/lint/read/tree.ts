import type { Span } from "../document.ts";

/** JSON and YAML alike: what a file holds, each part with its place in the text. */
export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly type: "map";
  readonly span: Span;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

interface ListTree {
  readonly type: "list";
  readonly span: Span;
  readonly items: readonly Tree[];
}

export interface ScalarTree {
  readonly type: "scalar";
  readonly span: Span;
  readonly value: string | number | boolean | null;
  /** As the file spells it: 10 digits after the point stay 10 digits. */
  readonly source: string;
}

/** What reading a text gives: its parts as far as they can be read, and where it went wrong. */
export interface TreeRead {
  readonly trees: readonly Tree[];
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly rule: "syntax" | "rest-body-not-json" | "duplicate-key";
  readonly offset: number;
  readonly told: string;
  readonly key?: string;
}

/** The value under a path of keys: `at(tree, "spec", "config")`. */
export function at(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let found = tree;
  for (const key of path) found = found?.type === "map" ? entry(found, key)?.value : undefined;
  return found;
}

/** The last entry of a name: parsers keep the last of two. */
export function entry(tree: MapTree, key: string): Entry | undefined {
  return tree.entries.findLast((each) => each.key === key);
}

/** A scalar's text; undefined for maps, lists and null. */
export function textAt(tree: Tree | undefined, ...path: readonly string[]): string | undefined {
  const found = at(tree, ...path);
  return found?.type === "scalar" && found.value !== null ? String(found.value) : undefined;
}

/** Keys that stand twice in one map: all parsers take them, and keep the last silently. */
export function duplicates(tree: Tree): Fault[] {
  if (tree.type === "scalar") return [];
  if (tree.type === "list") return tree.items.flatMap(duplicates);
  const seen = new Set<string>();
  return tree.entries.flatMap(({ key, keySpan, value }) => {
    const twice: Fault[] = seen.has(key)
      ? [{ rule: "duplicate-key", offset: keySpan.start, key, told: `${key} stands here a second time` }]
      : [];
    seen.add(key);
    return [...twice, ...duplicates(value)];
  });
}
