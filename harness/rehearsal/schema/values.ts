import type { Random } from "#core/random.ts";
import type { SqlValue } from "#core/source.ts";
import type { ColumnFacts } from "./facts.ts";

/** How many different values `distinct` has for a type; rows beyond that are not written. */
export function capacityOf({ type }: ColumnFacts): number {
  const { base, numbers } = parsed(type);
  const [size = 1] = numbers;
  if (base === "enum") return members(type).length;
  if (base === "bit") return 2 ** Math.min(20, size);
  if (base === "tinyint" || base === "year") return 127;
  if (base === "decimal") return 10 ** Math.min(6, size - (numbers[1] ?? 0)) - 1;
  if (/char|binary/.test(base)) return 36 ** Math.min(4, size) - 1;
  return /^(json|geometry|point|linestring|polygon|multi|geom|set)/.test(base) ? 1 : 10_000;
}

/** The n-th value of a column: no two are the same, and none is zero, which AUTO_INCREMENT takes for "the next". */
export function distinct({ type }: ColumnFacts, n: number): SqlValue {
  const { base, numbers } = parsed(type);
  const [size = 1] = numbers;
  if (/int$|^decimal$|^float$|^double$/.test(base)) return base === "decimal" ? String(n + 1) : n + 1;
  if (base === "bit") return n + (size > 1 ? 1 : 0);
  if (base === "year") return 1_901 + n;
  if (base === "enum") return members(type)[n] ?? null;
  if (base === "date") return dayText(n);
  if (base === "datetime" || base === "timestamp") return `${dayText(n)} 12:00:00`;
  if (base === "time") return `00:${twoDigits(Math.floor(n / 60) % 60)}:${twoDigits(n % 60)}`;
  const label = n.toString(36).padStart(Math.min(4, numbers[0] ?? 4), "0");
  return /binary$|blob$/.test(base) ? Buffer.from(fixedLength(base, label, size)) : label;
}

/** Some value of a column's type, edges among them. */
export function anyValue({ type }: ColumnFacts, random: Random): SqlValue {
  const { base, numbers, unsigned } = parsed(type);
  const [size = 1, scale = 0] = numbers;
  const bits = intBits[base];
  if (bits !== undefined) return integer(bits, unsigned, random);
  switch (base) {
    case "decimal":
      return decimal(size, scale, random);
    case "float":
    case "double":
      return random.pick([0, 0.5, 1234.25, ...(unsigned ? [] : [-0.75])]);
    case "bit":
      return random.pick([0n, 1n, 2n ** BigInt(size) - 1n]);
    case "enum":
      return random.pick(members(type));
    case "set":
      return members(type)
        .filter(() => random.chance(0.5))
        .join(",");
    case "date":
      return random.pick(["1970-01-01", "2024-02-29", "9999-12-31", dayText(random.int(0, 9_000))]);
    case "datetime":
      return `${dayText(random.int(0, 9_000))} 23:59:59${fraction(size, numbers, random)}`;
    case "timestamp":
      return `${dayText(random.int(0, 9_000))} 01:02:03${fraction(size, numbers, random)}`;
    case "time":
      return `${twoDigits(random.int(0, 23))}:30:15${fraction(size, numbers, random)}`;
    case "year":
      return random.int(1_901, 2_155);
    case "json":
      return random.pick(['{"a": 1, "b": [true, null]}', "[]", '"text"', '{"n": 9007199254740993}']);
    case "vector":
      return `[${Array.from({ length: size }, () => random.int(-9, 9)).join(",")}]`;
    default:
      return shapes[base] ?? sequence(base, numbers[0], random);
  }
}

/** What a value of this type is written through, around its placeholder. */
export function expressionFor({ type, srid }: ColumnFacts): string {
  const { base } = parsed(type);
  if (base === "vector") return "STRING_TO_VECTOR(?)";
  return shapes[base] === undefined ? "?" : `ST_GeomFromText(?${srid === 0 ? "" : `, ${srid}`})`;
}

const shapes: Readonly<Record<string, string>> = {
  geometry: "POINT(1 2)",
  point: "POINT(1.5 2.25)",
  linestring: "LINESTRING(0 0,1 1)",
  polygon: "POLYGON((0 0,4 0,4 4,0 0))",
  multipoint: "MULTIPOINT((0 0),(1 1))",
  multilinestring: "MULTILINESTRING((0 0,1 1))",
  multipolygon: "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
  geomcollection: "GEOMETRYCOLLECTION(POINT(1 1))",
  geometrycollection: "GEOMETRYCOLLECTION(POINT(1 1))",
};

const intBits: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 };

function integer(bits: number, unsigned: boolean, random: Random): bigint {
  const [low, high] = unsigned
    ? [0n, 2n ** BigInt(bits) - 1n]
    : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
  return random.pick([low, high, 0n, BigInt(random.int(1, 100))]);
}

/** Beyond 38 digits Iceberg's decimal ends; a column may be wider, its values are not. */
function decimal(size: number, scale: number, random: Random): string {
  const whole = Math.max(0, Math.min(size, 38) - scale);
  const digits = random.pick(["9".repeat(whole), "1", "0"]).slice(0, Math.max(1, whole)) || "0";
  return `${whole === 0 ? "0" : digits}${scale === 0 ? "" : `.${String(random.int(0, 9)).repeat(scale)}`}`;
}

function fraction(size: number, numbers: readonly number[], random: Random): string {
  return numbers.length === 0 || size === 0 ? "" : `.${String(random.int(0, 10 ** size - 1)).padStart(size, "0")}`;
}

const words = ["plain", "ümläut €", "日本 🙂", 'it\'s; -- \\ "quoted"', "", " spaces "];

function sequence(base: string, size: number | undefined, random: Random): SqlValue {
  const longest = size ?? 200;
  if (/binary$|blob$/.test(base))
    return Buffer.from(fixedLength(base, random.pick(["\u0000\u00ff", "bytes", "1"]), longest), "latin1");
  // CHAR loses its trailing blanks in MySQL, which is no affair of a pipeline's.
  const text = Array.from(random.pick(words)).slice(0, longest).join("");
  return base === "char" ? text.trimEnd() : text;
}

/** BINARY fills up with zeros by itself: written in full, so that what is read is what was written. */
function fixedLength(base: string, text: string, size: number): string {
  return base === "binary"
    ? text.slice(0, size).padEnd(size, "\u0000")
    : text.slice(0, base.endsWith("binary") ? size : undefined);
}

function parsed(type: string) {
  const base = /^\w+/.exec(type.toLowerCase())?.[0] ?? "";
  const numbers = /^\w+\(([\d,\s]+)\)/.exec(type)?.[1]?.split(",").map(Number) ?? [];
  return { base, numbers, unsigned: /\bunsigned\b/i.test(type) };
}

function members(type: string): string[] {
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, member = ""]) => member.replaceAll("''", "'"));
}

function dayText(n: number): string {
  return new Date(Date.UTC(2000, 0, 1 + n)).toISOString().slice(0, 10);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
