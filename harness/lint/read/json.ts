import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { messageOf } from "#core/errors.ts";
import { duplicates, type Entry, type Fault, type Tree, type TreeRead } from "./tree.ts";

/** Reads JSON, strictly: what a person may add for other people (comments, last commas) is told, and read over. */
export function readJson(text: string): TreeRead {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const faults = errors.map((error) => faultOf(error, text));
    const lenient = errors.every(({ error }) => lenientCodes.has(printParseErrorCode(error)));
    if (root === undefined || (faults.length > 0 && !lenient)) return { trees: [], faults: faults.slice(0, 1) };
    const tree = treeOf(root, text);
    return { trees: [tree], faults: [...faults.slice(0, 1), ...duplicates(tree)] };
  } catch (error) {
    // Ten thousand brackets in a row use the stack up.
    return { trees: [], faults: [{ rule: "syntax", offset: 0, told: `the JSON cannot be read: ${messageOf(error)}` }] };
  }
}

const lenientCodes: ReadonlySet<string> = new Set(["InvalidCommentToken", "PropertyNameExpected", "ValueExpected"]);

function faultOf({ error, offset }: ParseError, text: string): Fault {
  const told = `no JSON here: ${expectedBy[printParseErrorCode(error)] ?? "the text cannot be read"}, got ${gotAt(text, offset)}`;
  return { rule: "rest-body-not-json", offset, told };
}

const expectedBy: Readonly<Record<string, string>> = {
  InvalidSymbol: 'expected a value: "text", a number, true, false, null, { or [',
  InvalidNumberFormat: "expected a number",
  PropertyNameExpected: 'expected a key in double quotes (no comma before a "}")',
  ValueExpected: "expected a value",
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," before the next key',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: "expected the end of the file",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfString: "expected the closing quote of a text",
  InvalidUnicode: "expected four hexadecimal digits after \\u",
  InvalidEscapeCharacter: "expected an escape that JSON knows after \\",
  InvalidCharacter: "expected no control character inside a text",
};

/** One character of the file: more could be somebody's password. */
function gotAt(text: string, offset: number): string {
  const character = text[offset];
  if (character === undefined) return "the end of the file";
  return /[\s\w]/.test(character) ? (/\w/.test(character) ? "a word or number" : "white space") : `"${character}"`;
}

function treeOf(node: Node, text: string): Tree {
  const span = { start: node.offset, end: node.offset + node.length };
  if (node.type === "object") return { type: "map", span, entries: (node.children ?? []).flatMap(entryOf(text)) };
  if (node.type === "array")
    return { type: "list", span, items: (node.children ?? []).map((child) => treeOf(child, text)) };
  const value: unknown = node.value;
  const known = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
  return { type: "scalar", span, value: known, source: text.slice(span.start, span.end) };
}

function entryOf(text: string): (property: Node) => Entry[] {
  return ({ children: [key, value] = [] }) =>
    key === undefined || value === undefined
      ? []
      : [
          {
            key: String(key.value),
            keySpan: { start: key.offset, end: key.offset + key.length },
            value: treeOf(value, text),
          },
        ];
}
