import type { KeyDefinition } from "./definitions.ts";

/** What is wrong with a value by its key's definition; undefined where nothing is. */
export function fault(value: string, definition: KeyDefinition): string | undefined {
  const { type, bounds, values } = definition;
  const text = value.trim();
  if (/^(int|long|short)$/.test(type) && !/^[+-]?\d+$/.test(text)) return `expected a whole number (${type})`;
  if (type === "int" && Math.abs(Number(text)) > 2_147_483_648) return "expected a number of 32 bits";
  if (type === "double" && Number.isNaN(Number(text))) return "expected a number";
  if (type === "boolean" && !/^(true|false)$/i.test(text)) return "expected true or false";
  return outside(text, bounds, type) ?? notOneOf(text, values);
}

function outside(text: string, bounds: string | undefined, type: string): string | undefined {
  if (bounds === undefined) return undefined;
  const [, least, most] = /^\[(-?\d+(?:\.\d+)?)?,?\.\.\.,?(-?\d+(?:\.\d+)?)?\]$/.exec(bounds) ?? [];
  if (least !== undefined && Number(text) < Number(least)) return `expected ${least} or more`;
  if (most !== undefined && Number(text) > Number(most)) return `expected ${most} or less`;
  const [, anyCase, list] = /^(\(case insensitive\) )?\[([^\]]*)\]$/.exec(bounds) ?? [];
  if (list === undefined || list.includes("...") || !/^[\w-]+(, [\w-]+)*$/.test(list)) return undefined;
  const allowed = list.split(", ");
  const given = type === "list" ? text.split(",").map((item) => item.trim()) : [text];
  const same = (left: string, right: string) =>
    anyCase === undefined ? left === right : left.toLowerCase() === right.toLowerCase();
  return given.every((item) => item === "" || allowed.some((word) => same(word, item)))
    ? undefined
    : `expected one of ${list}`;
}

function notOneOf(text: string, values: readonly string[] | undefined): string | undefined {
  if (values === undefined || values.some((value) => value.toLowerCase() === text.toLowerCase())) return undefined;
  return `expected one of ${values.join(", ")}`;
}
