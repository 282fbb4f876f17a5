import { dialect } from "#lint/java-regex.ts";
import { sinkTables } from "#lint/sink-tables.ts";
import type { View } from "#lint/view.ts";
import type { Pair } from "./pairs.ts";

/** Where the sink puts each table's rows, as far as its configuration tells. */
export type Routes = { readonly namespace: string } | { readonly unknown: string };

/** Tables keep their names in a rehearsal's lake, and lie in one namespace: anything else cannot be judged. */
export function routesOf(
  { sink }: Pair,
  { database, tables }: { database: string; tables: readonly string[] },
): Routes {
  const captured = tables.map((table) => `${database}.${table}`);
  const targets = sinkTables(sink, captured);
  if ("unknown" in targets) return { unknown: `the sink's tables: ${targets.unknown}` };
  const wanted = tables.map((table) => targets.find((target) => target.split(".").at(-1) === table));
  const missing = tables.filter((_, at) => wanted[at] === undefined);
  if (missing.length > 0)
    return {
      unknown: `no table of the sink is named as ${missing.slice(0, 3).join(", ")}: where its rows go cannot be told`,
    };
  const namespaces = new Set(wanted.map((target) => target?.split(".").slice(0, -1).join(".") ?? ""));
  const [namespace = "", another] = namespaces;
  if (another !== undefined)
    return { unknown: `the sink's tables lie in several namespaces: ${[...namespaces].join(", ")}` };
  return { namespace };
}

/** The topics of tables that a RegexRouter of the source renames; undefined when none is, or when it cannot be told. */
export function renamedTopics(
  source: View,
  topics: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> | undefined {
  const routers = source.transforms.filter(({ type }) => type === "org.apache.kafka.connect.transforms.RegexRouter");
  if (routers.length === 0) return undefined;
  const renamed = [...topics].map(([table, topic]) => {
    const last = routers.reduce((name, router) => {
      const pattern = dialect(`^(?:${router.text("regex") ?? ""})$`);
      return pattern === undefined ? name : name.replace(pattern, router.text("replacement") ?? "");
    }, topic);
    return [table, last];
  });
  return Object.fromEntries(renamed);
}
