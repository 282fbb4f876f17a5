import type { MysqlClient } from "../client.ts";
import type { ForeignTexts } from "./foreign-texts.ts";

/** Decodes text of a column, by the id of the column's collation. Undefined for bytes, which no character set applies to. */
export type TextDecoders = (collation: number) => Decode | undefined;
export type Decode = (text: Buffer) => string;

/**
 * Asks the server for its collations, and for the characters of all its one-byte sets: each byte then means what MySQL
 * says it means. Unicode's encodings are the same everywhere; the rest is put off to `foreign`.
 */
export async function textDecoders(client: MysqlClient, foreign: ForeignTexts): Promise<TextDecoders> {
  const collations = await client.query(
    "SELECT id AS id, character_set_name AS charset FROM information_schema.collations WHERE character_set_name <> 'binary'",
  );
  const tables = await oneByteSets(client);
  const byCharset = new Map<string, Decode>();
  const decoderOf = (charset: string): Decode => {
    const known = byCharset.get(charset) ?? makeDecoder(charset, tables.get(charset), foreign);
    byCharset.set(charset, known);
    return known;
  };
  const byCollation = new Map(
    collations.map((row) => [Number(row["id"]), decoderOf(row["charset"] ?? "utf8mb4")] as const),
  );
  return (collation) => byCollation.get(collation);
}

/** The 256 characters of each set that has a byte for each. In ASCII the upper half is no text. */
async function oneByteSets(client: MysqlClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const sets = await client.query(
    `SELECT character_set_name AS name FROM information_schema.character_sets
     WHERE maxlen = 1 AND character_set_name NOT IN ('binary', 'ascii')`,
  );
  const names = sets.map((row) => row["name"] ?? "").filter((name) => /^\w+$/.test(name));
  const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte)).toString("hex");
  const columns = names.map((name) => `CONVERT(_${name} X'${all}' USING utf8mb4) AS ${name}`);
  const [row = {}] = names.length === 0 ? [] : await client.query(`SELECT ${columns.join(", ")}`);
  return new Map(names.map((name) => [name, Array.from(row[name] ?? "")]));
}

function makeDecoder(charset: string, table: readonly string[] | undefined, foreign: ForeignTexts): Decode {
  if (charset.startsWith("utf8")) return (text) => text.toString("utf8");
  if (charset === "utf32") return utf32;
  if (table?.length === 256) return oneByte(table);
  if (charset === "ascii") return (text) => text.toString("latin1");
  if (charset === "utf16le") return (text) => text.toString("utf16le");
  if (charset === "ucs2" || charset === "utf16") return (text) => Buffer.from(text).swap16().toString("utf16le");
  return foreign.decoder(charset);
}

/** Nearly all have ASCII in the lower half; swe7 has not. */
function oneByte(table: readonly string[]): Decode {
  const hasAscii = table.slice(0, 128).every((character, byte) => character.charCodeAt(0) === byte);
  return (text) => {
    if (hasAscii && isAscii(text)) return text.toString("latin1");
    let decoded = "";
    for (const byte of text) decoded += table[byte] ?? "";
    return decoded;
  };
}

function isAscii(text: Buffer): boolean {
  for (const byte of text) if (byte > 0x7f) return false;
  return true;
}

function utf32(text: Buffer): string {
  let decoded = "";
  for (let at = 0; at + 4 <= text.length; at += 4) decoded += String.fromCodePoint(text.readUInt32BE(at));
  return decoded;
}
