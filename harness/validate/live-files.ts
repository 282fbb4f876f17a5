import type { Kind, Place, ReadFile, Setting } from "#lint/document.ts";
import type { Found } from "#lint/rule.ts";
import { visible } from "#lint/secret.ts";
import type { View } from "#lint/view.ts";

/**
 * What a server says of itself, as a file that the rules of lint can judge: a rule on my.cnf holds for SHOW VARIABLES as
 * well. What is found is told at the line of the connector that leads to the server.
 */
export interface LiveFile {
  readonly read: ReadFile;
  /** The connector, and its setting that leads there. */
  readonly view: View;
  readonly key: string;
}

export interface LiveSettings {
  /** How it is told: `MySQL at db:3306`, `topic shop.orders`. */
  readonly label: string;
  readonly kind: Kind;
  readonly name?: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly view: View;
  readonly key: string;
}

const nowhere: Place = { line: 1, column: 1 };
const nothing = { start: 0, end: 0 };

export function liveFile({ label, kind, name, settings, view, key }: LiveSettings): LiveFile {
  return { read: readFileOf({ label, kind, name, settings }), view, key };
}

/** The same for what only stands beside, and is not itself judged. */
export function readFileOf({
  label,
  kind,
  name,
  settings,
}: Pick<LiveSettings, "label" | "name" | "settings"> & { readonly kind?: Kind }): ReadFile {
  const entries = Object.entries(settings).map(([key, value]): [string, Setting] => [
    key,
    { key, value, type: "text", file: label, keyAt: nowhere, at: nowhere, keySpan: nothing, valueSpan: nothing },
  ]);
  const block = { file: label, format: "cnf" as const, settings: new Map(entries), at: nowhere, off: [], name };
  const shape = kind === undefined ? {} : { shape: kind };
  return { file: label, text: "", format: "cnf", blocks: [{ ...block, ...shape }], problems: [] };
}

/** Findings about live settings, moved to the files that people can change. */
export function atTheirConnectors(findings: readonly Found[], live: readonly LiveFile[]): Found[] {
  return findings.flatMap((each) => {
    const own = live.find(({ read }) => read.file === each.file);
    if (own === undefined) return [each];
    const { document } = own.view;
    if (document.off.includes(each.rule)) return [];
    const at = (own.view.get(own.key) ?? own.view.get("connector.class"))?.keyAt ?? document.at;
    const place = { file: document.file, line: at.line, column: at.column, at };
    return [{ ...each, ...place, document, on: undefined, message: visible(`${own.read.file}: ${each.message}`) }];
  });
}
