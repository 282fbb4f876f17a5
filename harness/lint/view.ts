import type { Document, Kind, Setting } from "./document.ts";

/** One entry of `transforms`, with its own settings. */
export interface Transform {
  readonly alias: string;
  readonly type: string | undefined;
  readonly on: Setting | undefined;
  setting(name: string): Setting | undefined;
  text(name: string): string | undefined;
}

/** A document as rules ask it. What `${provider:…}` stands for is not known: no rule on values sees it. */
export class View {
  readonly document: Document;
  readonly settings: readonly Setting[];
  readonly transforms: readonly Transform[];
  readonly #texts: ReadonlyMap<string, string>;

  constructor(document: Document) {
    this.document = document;
    this.settings = [...document.settings.values()];
    // Asked for again and again: every rule looks at every document.
    const known = this.settings.filter(({ value }) => !isOpaque(value));
    this.#texts = new Map(known.map(({ key, value }) => [key, value.trim()]));
    this.transforms = this.list("transforms").map((alias) => this.#transform(alias));
  }

  get kind(): Kind {
    return this.document.kind;
  }

  get(key: string): Setting | undefined {
    return this.document.settings.get(key);
  }

  has(...keys: readonly string[]): boolean {
    return keys.some((key) => this.document.settings.has(key));
  }

  /** The value, where it is known. */
  text(key: string): string | undefined {
    return this.#texts.get(key);
  }

  /** A class, by the end of its name. */
  endsWith(key: string, end: string): boolean {
    return this.text(key)?.endsWith(end) === true;
  }

  number(key: string): number | undefined {
    const text = this.text(key);
    return text === undefined || text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  /** Set, and to true as Connect reads it. */
  isTrue(key: string): boolean {
    return /^(true|on|1|yes)$/i.test(this.text(key) ?? "");
  }

  /** Set to something that is known not to be true, or not set at all. */
  isNotTrue(key: string): boolean {
    return !this.has(key) || (this.text(key) !== undefined && !this.isTrue(key));
  }

  list(key: string): string[] {
    return listOf(this.text(key));
  }

  matching(pattern: RegExp): Setting[] {
    return this.settings.filter(({ key }) => pattern.test(key));
  }

  #transform(alias: string): Transform {
    const setting = (name: string) => this.get(`transforms.${alias}.${name}`);
    return {
      alias,
      type: this.text(`transforms.${alias}.type`),
      on: setting("type") ?? this.get("transforms"),
      setting,
      text: (name) => this.text(`transforms.${alias}.${name}`),
    };
  }

  /** The transform whose class ends so. */
  transform(className: string): Transform | undefined {
    return this.transforms.find(({ type }) => type === className || type?.endsWith(`.${className}`) === true);
  }
}

/** Connect's `${provider:path:key}` and our `${floe:name}`: known only where it runs. */
export function isOpaque(value: string): boolean {
  return /\$\{[^}:]+:[^}]*\}/.test(value);
}

export function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
