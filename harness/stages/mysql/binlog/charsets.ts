import type { MysqlClient } from "../client.ts";

/** Decodes text of a column, by the id of the column's collation. Undefined for bytes, which no character set applies to. */
export type TextDecoders = (collation: number) => Decode | undefined;
export type Decode = (text: Buffer) => string;

/**
 * Asks the server for its collations, and for the characters of all its one-byte sets: each byte then means what MySQL
 * says it means. Of those with more bytes, Node knows all that MySQL has.
 */
export async function textDecoders(client: MysqlClient): Promise<TextDecoders> {
  const collations = await client.query(
    "SELECT id, character_set_name AS charset FROM information_schema.collations WHERE character_set_name <> 'binary'",
  );
  const tables = await oneByteSets(client);
  const byCharset = new Map<string, Decode>();
  const decoderOf = (charset: string): Decode => {
    const known = byCharset.get(charset) ?? makeDecoder(charset, tables.get(charset));
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

function makeDecoder(charset: string, table: readonly string[] | undefined): Decode {
  if (charset.startsWith("utf8")) return (text) => text.toString("utf8");
  if (charset === "utf32") return utf32;
  if (table?.length === 256) return oneByte(table);
  const encoding = encodings[charset];
  if (encoding === undefined) return (text) => `<bytes in ${charset}: ${text.toString("hex")}>`;
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (text) => decoder.decode(text);
}

const encodings: Readonly<Record<string, string>> = {
  ascii: "latin1",
  ucs2: "utf-16be",
  utf16: "utf-16be",
  utf16le: "utf-16le",
  gbk: "gbk",
  gb2312: "gbk",
  gb18030: "gb18030",
  big5: "big5",
  sjis: "shift_jis",
  cp932: "shift_jis",
  ujis: "euc-jp",
  eucjpms: "euc-jp",
  euckr: "euc-kr",
};

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
