import { any, at, has, is, isTrue, lacks, on } from "../ask.ts";
import type { Checks } from "../rule.ts";
import type { View } from "../view.ts";

export const postgresRules: Checks = {
  "pg-slot-drop-on-stop": on(["postgres-source"], isTrue("slot.drop.on.stop"), { only: "production" }),
  "pg-plugin-default-decoderbufs": on(
    ["postgres-source"],
    any(lacks("plugin.name"), is("plugin.name", /^decoderbufs$/i)),
  ),
  "pg-publication-all-tables": on(
    ["postgres-source"],
    any(lacks("publication.autocreate.mode"), is("publication.autocreate.mode", /^all_tables$/i)),
  ),
  "pg-slot-name-invalid": on(
    ["postgres-source"],
    is("slot.name", (value) => !/^[a-z0-9_]{1,63}$/.test(value)),
  ),
  "pg-has-no-schema-history": on(["postgres-source"], has(/^(schema\.history\.internal|database\.history)(\.|$)/)),
  "pg-mysql-only-key": on(
    ["postgres-source"],
    has(/^(include\.schema\.changes|include\.query|database\.server\.id|gtid\..*|binlog\..*)$/),
  ),
  "pg-slot-shared-or-default": on(["postgres-source"], (view, pipeline) => {
    const slot = (of: View) => (of.has("slot.name") ? of.text("slot.name") : "debezium");
    const onServer = (of: View) => (slot(of) === undefined ? undefined : `${of.text("database.hostname")} ${slot(of)}`);
    const other = pipeline.sharing(view, ["postgres-source"], "slot", onServer);
    return slot(view) === undefined || other === undefined
      ? []
      : [at(view, "slot.name", `the slot ${slot(view) ?? ""} is ${other.document.file}'s, too`)];
  }),
  "pg-wal-level": on(
    ["postgres-server"],
    any(
      lacks("wal_level"),
      is("wal_level", (value) => !/^'?logical'?$/.test(value)),
    ),
  ),
};
