import type { View } from "./view.ts";

/**
 * The tables that an Iceberg sink writes, as `namespace.table`: those that it lists, or what its transform makes of the
 * captured ones (`database.table`; undefined where they are not known). The reason, where its configuration does not tell.
 */
export function sinkTables(
  sink: View,
  captured: readonly string[] | undefined,
): readonly string[] | { readonly unknown: string } {
  if (sink.isTrue("iceberg.tables.dynamic-enabled")) return dynamicTables(sink, captured);
  const listed = sink.list("iceberg.tables");
  return listed.length > 0
    ? listed
    : { unknown: "neither iceberg.tables nor iceberg.tables.dynamic-enabled tells them" };
}

function dynamicTables(sink: View, captured: readonly string[] | undefined): ReturnType<typeof sinkTables> {
  const field = sink.text("iceberg.tables.route-field");
  const transform = sink.transform("DebeziumTransform");
  if (field !== "_cdc.target" || transform === undefined)
    return {
      unknown: `iceberg.tables.route-field ${field ?? "is not set"}: which tables it names is known at run time alone`,
    };
  if (captured === undefined) return { unknown: "they are named after the captured tables, which are not known" };
  const pattern = transform.text("cdc.target.pattern") ?? "{db}.{table}";
  return captured.map((each) => {
    const [database = "", ...table] = each.split(".");
    const target = pattern.replaceAll("{db}", () => database).replaceAll("{table}", () => table.join("."));
    // The sink takes names of dynamic tables in lower case.
    return target.toLowerCase();
  });
}
