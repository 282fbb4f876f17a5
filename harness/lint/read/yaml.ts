import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair, parseAllDocuments } from "yaml";
import { messageOf } from "#core/errors.ts";
import { duplicates, type Entry, type Fault, type Tree, type TreeRead } from "./tree.ts";

/** Reads YAML, all of its documents; anchors and merged maps are followed. */
export function readYaml(text: string): TreeRead {
  try {
    // CloudFormation's tags (!Ref, !Sub) are no fault: the values behind them are not known here.
    const options = { merge: true, uniqueKeys: false, logLevel: "error" as const };
    const parsed = [...parseAllDocuments(text, options)];
    const faults = parsed.flatMap(({ errors }) => errors.slice(0, 1).map(faultOf));
    const trees = faults.length > 0 ? [] : parsed.flatMap(treesOf);
    return { trees, faults: [...faults, ...trees.flatMap(duplicates)] };
  } catch (error) {
    return { trees: [], faults: [{ rule: "syntax", offset: 0, told: `the YAML cannot be read: ${messageOf(error)}` }] };
  }
}

function faultOf({ pos: [offset], code }: { pos: [number, number]; code: string }): Fault {
  // The parser's message would show the line, and what is on it may be a password.
  return { rule: "syntax", offset, told: `no YAML here: ${code.toLowerCase().replaceAll("_", " ")}` };
}

// An anchor that holds itself, or aliases of aliases, could go on for ever.
const deepest = 50;
const mostNodes = 200_000;

function treesOf(document: Document.Parsed): Tree[] {
  let nodes = 0;
  const treeOf = (node: unknown, depth: number): Tree | undefined => {
    nodes += 1;
    if (depth > deepest || nodes > mostNodes) return undefined;
    if (isAlias(node)) return treeOf(node.resolve(document), depth + 1);
    const span = spanOf(node);
    if (isMap(node)) return { type: "map", span, entries: ownFirst(node.items, (pair) => entriesOf(pair, depth)) };
    if (isSeq(node)) return { type: "list", span, items: node.items.flatMap((item) => treeOf(item, depth + 1) ?? []) };
    if (!isScalar(node)) return { type: "scalar", span, value: null, source: "" };
    const { value, source } = node;
    const known = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
    return { type: "scalar", span, value: known, source: source ?? String(known) };
  };
  const entriesOf = ({ key, value }: Pair, depth: number): Entry[] => {
    const tree = treeOf(value, depth + 1);
    const name = isScalar(key) ? String(key.value) : "";
    const merged = name === "<<" || name === "Symbol(<<)";
    if (tree === undefined) return [];
    if (merged) return tree.type === "map" ? [...tree.entries] : [];
    return [{ key: name, keySpan: spanOf(key), value: tree }];
  };
  const tree = document.contents === null ? undefined : treeOf(document.contents, 0);
  return tree === undefined ? [] : [tree];
}

/** A map's entries, and those merged into it that it does not have itself. */
function ownFirst(pairs: readonly Pair[], entriesOf: (pair: Pair) => Entry[]): Entry[] {
  const own = new Set(pairs.map(({ key }) => (isScalar(key) ? key.value : undefined)));
  return pairs.flatMap((pair) => {
    const entries = entriesOf(pair);
    const itself = isScalar(pair.key) && entries.length === 1 && entries[0]?.key === pair.key.value;
    return itself ? entries : entries.filter(({ key }) => !own.has(key));
  });
}

function spanOf(node: unknown): { start: number; end: number } {
  const range = isNode(node) ? node.range : undefined;
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
