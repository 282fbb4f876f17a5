/** A piece of HTML. Only `html` and what is built on it makes one, so text from data is escaped on the way in. */
export interface Html {
  readonly markup: string;
}

type Piece = Html | string | number | false | undefined | readonly Piece[];

/** A template whose values are text, unless they are HTML already. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  return { markup: strings.map((part, at) => part + (at < values.length ? markupOf(values[at]) : "")).join("") };
}

function markupOf(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (typeof piece === "string" || typeof piece === "number") return escaped(String(piece));
  return "markup" in piece ? piece.markup : piece.map(markupOf).join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is ours, such as the style sheet. Never for anything that came from a run. */
export function trusted(markup: string): Html {
  return { markup };
}

/**
 * Text from a run. It cannot turn the text around it (`bdi`), and signs that are not seen (direction marks, spaces of no
 * width, control characters) show their code points, as two values may differ in nothing else.
 */
export function data(text: string | null | undefined): Html {
  if (text === undefined) return trusted('<span class="none">·</span>');
  if (text === null) return trusted('<span class="null">NULL</span>');
  const parts = text.split(unseen);
  return html`<bdi>${parts.map((part, at) => (at % 2 === 0 ? part : codePoint(part)))}</bdi>`;
}

/** Signs that cannot be seen. A joiner between two pictures makes one picture of them, and can. */
export const unseen =
  /((?![\t\n])[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200c\u200e\u200f\u2028-\u202f\u2060-\u206f\ufeff]|(?<!\p{Extended_Pictographic}\ufe0f?)\u200d)/u;

function codePoint(sign: string): Html {
  const code = `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  // A control character is no HTML; the others stay what they are, for copying.
  const kept = (sign.codePointAt(0) ?? 0) < 0xa0 ? "" : sign;
  return html`<span class="cp" data-u="${code}">${kept}</span>`;
}

/** Data for the page's script. `<` is written as an escape: no text can end the element. */
export function jsonElement(id: string, value: unknown, attributes: Readonly<Record<string, string>> = {}): Html {
  const text = JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028");
  const others = Object.entries(attributes).map(([name, one]) => html` ${name}="${one}"`);
  return html`<script type="application/json" id="${id}"${others}>${trusted(text.replaceAll("\u2029", "\\u2029"))}</script>`;
}
