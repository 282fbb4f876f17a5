import type { MysqlClient } from "../client.ts";
import type { Decode } from "./charsets.ts";
import type { BinlogEntry } from "./entry.ts";
import type { BinlogRow } from "./rows.ts";

/**
 * Text in the older sets of several bytes, which others read otherwise than MySQL (Node's Shift-JIS has another 〜): while
 * rows are decoded a mark stands for it, and the server is asked for all that a batch has together.
 */
export class ForeignTexts {
  readonly #known = new Map<string, string>();
  #asked = new Map<string, { readonly charset: string; readonly hex: string }>();

  /** ASCII is itself in all of them. */
  decoder(charset: string): Decode {
    return (text) => {
      if (text.every((byte) => byte < 0x80)) return text.toString("latin1");
      const hex = text.toString("hex");
      const mark = `<bytes in ${charset}: ${hex}>`;
      const known = this.#known.get(mark);
      if (known === undefined) this.#asked.set(mark, { charset, hex });
      return known ?? mark;
    };
  }

  /** The entries with text in place of marks. */
  async settle(entries: readonly BinlogEntry[], client: () => Promise<MysqlClient>): Promise<readonly BinlogEntry[]> {
    if (this.#known.size === 0 && this.#asked.size === 0) return entries;
    if (this.#asked.size > 0) await this.#ask(await client());
    return entries.map((entry) => (entry.kind === "statement" ? entry : this.#settled(entry)));
  }

  async #ask(client: MysqlClient): Promise<void> {
    const asked = [...this.#asked];
    this.#asked = new Map();
    for (let at = 0; at < asked.length; at += textsAtOnce) {
      const some = asked.slice(at, at + textsAtOnce);
      const columns = some.map(([, { charset, hex }], index) => {
        return `CONVERT(CONVERT(X'${hex}' USING ${charset}) USING utf8mb4) AS t${index}`;
      });
      const [row = {}] = await client.query(`SELECT ${columns.join(", ")}`);
      // What is no text in its set stays marked.
      for (const [index, [mark]] of some.entries()) this.#known.set(mark, row[`t${index}`] ?? mark);
    }
  }

  #settled<T extends { readonly key: string; readonly before: BinlogRow | null; readonly after: BinlogRow | null }>(
    change: T,
  ): T {
    return { ...change, key: this.#text(change.key), before: this.#row(change.before), after: this.#row(change.after) };
  }

  #row(row: BinlogRow | null): BinlogRow | null {
    if (row === null) return null;
    return Object.fromEntries(
      Object.entries(row).map(([column, value]) => [column, value === null ? null : this.#text(value)]),
    );
  }

  #text(text: string): string {
    return text.replaceAll(/<bytes in \w+: [0-9a-f]+>/g, (mark) => this.#known.get(mark) ?? mark);
  }
}

const textsAtOnce = 200;
