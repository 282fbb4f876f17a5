import { satisfies } from "#core/versions.ts";
import { catalogue } from "#lint/catalogue.ts";
import type { Setting } from "#lint/document.ts";
import { finding, type Judging, silenced } from "#lint/judge.ts";
import type { Found, Hit } from "#lint/rule.ts";
import { shown, visible } from "#lint/secret.ts";
import type { View } from "#lint/view.ts";
import { connectorName } from "./pairs.ts";

/** A connector as it was and as it is to be. */
export interface Change {
  readonly old: View;
  readonly new: View;
}

/** Connectors of both sides that are the same one: by name, or as the only one of their kind. */
export function changesOf(old: readonly View[], fresh: readonly View[]): Change[] {
  return fresh.flatMap((view) => {
    const ofKind = old.filter(({ kind }) => kind === view.kind);
    const alone = ofKind.length === 1 && fresh.filter(({ kind }) => kind === view.kind).length === 1;
    const match = ofKind.find((each) => connectorName(each) === connectorName(view)) ?? (alone ? ofKind[0] : undefined);
    return match === undefined ? [] : [{ old: match, new: view }];
  });
}

/** The catalogue's rules that no file alone can show, by their ids. */
const rules = new Map<string, (change: Change) => Hit[]>(
  Object.entries({
    "dbz-topic-prefix-renamed": ({ old, new: fresh }) =>
      fresh.kind.endsWith("-source") && connectorName(old) === connectorName(fresh)
        ? changed(old, fresh, /^topic\.prefix$/)
        : [],
    "dbz-tinyint-37-upgrade": ({ old, new: fresh }) =>
      before(old, "3.7.0") && !before(fresh, "3.7.0") ? changed(old, fresh, /^connector\.plugin\.version$/) : [],
    // Offsets of the control topic stand in the tables' snapshots: under a name that was used before, they are too far ahead.
    "iceberg-control-topic-recreated": ({ old, new: fresh }) =>
      fresh.kind === "iceberg-sink" ? changed(old, fresh, /^iceberg\.control\.topic$/).map(mayBeReused) : [],
    // Read when a table is made, and never again: whoever wants it has to make the table again.
    "iceberg-table-recreated": ({ old, new: fresh }) =>
      fresh.kind === "iceberg-sink" ? changed(old, fresh, onlyAtCreation).map(wantsAgain) : [],
  }),
);

const onlyAtCreation =
  /^iceberg\.(table\..+\.(partition-by|id-columns)|tables\.(default-partition-by|default-id-columns|auto-create-props\..+|schema-force-optional))$/;

/** Every rule that a change breaks, but for those that the new file or the settings switch off. What a file alone shows is lint's. */
export function changeFindings(changes: readonly Change[], judging: Judging): Found[] {
  const found = changes.flatMap((change) =>
    catalogue()
      .filter(({ id }) => !change.new.document.off.includes(id))
      .flatMap((words) => (rules.get(words.id)?.(change) ?? []).map((hit) => finding(words, change.new, hit))),
  );
  return silenced(found, judging);
}

function changed(old: View, fresh: View, keys: RegExp): Hit[] {
  const all = new Set([...old.matching(keys), ...fresh.matching(keys)].map(({ key }) => key));
  return [...all]
    .filter((key) => old.get(key)?.value !== fresh.get(key)?.value)
    .map((key) => ({
      on: fresh.get(key),
      told: `${key} was ${textOf(old.get(key))} and is ${textOf(fresh.get(key))}`,
    }));
}

function mayBeReused({ on, told }: Hit): Hit {
  return { on, told: `${told}; a name that this sink has used before` };
}

function wantsAgain({ on, told }: Hit): Hit {
  return { on, told: `${told}, which only a table that is made again gets` };
}

function textOf(setting: Setting | undefined): string {
  return setting === undefined ? "not set" : visible(shown(setting));
}

function before(view: View, version: string): boolean {
  const own = view.text("connector.plugin.version")?.replaceAll(/[[\]()]/g, "");
  return own !== undefined && satisfies(own, `<${version}`);
}
