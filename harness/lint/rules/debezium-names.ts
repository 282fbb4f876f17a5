import { any, at, both, has, is, isNot, lacks, on, says } from "../ask.ts";
import type { Setting } from "../document.ts";
import { isJavaPattern } from "../java-regex.ts";
import { debezium } from "../pipeline.ts";
import type { Checks, Find, Fix } from "../rule.ts";
import { isOpaque, listOf } from "../view.ts";

const lists = /^(database|schema|table|column|collection)\.(include|exclude)\.list$/;
const historyClasses = /^io\.debezium\.relational\.history\.KafkaDatabaseHistory$/;

/** Debezium 2.0's new names for the history's keys. Postgres has no history at all. */
function historyKey({ key, value }: Setting): Fix {
  const moved = { key: key.replace(/^database\.history/, "schema.history.internal") };
  return historyClasses.test(value)
    ? { ...moved, value: "io.debezium.storage.kafka.history.KafkaSchemaHistory" }
    : moved;
}

const notUnique: Find = (view, pipeline) => {
  const prefix = view.text("topic.prefix");
  const shared = pipeline.sharingKey(view, debezium, "topic.prefix");
  if (prefix === undefined || shared === undefined) return [];
  return [at(view, "topic.prefix", `topic.prefix=${prefix} is ${shared.document.file}'s, too`)];
};

const badPattern: Find = (view) =>
  view.matching(lists).flatMap((setting) => {
    const bad = isOpaque(setting.value) ? undefined : listOf(setting.value).find((item) => !isJavaPattern(item));
    return bad === undefined ? [] : [{ on: setting, told: `${setting.key}: ${bad} is no regular expression` }];
  });

const unqualified: Find = (view) =>
  view.matching(/^table\.(include|exclude)\.list$/).flatMap((setting) => {
    const bare = isOpaque(setting.value) ? undefined : listOf(setting.value).find((item) => !/\.|\[\^?|\|/.test(item));
    return bare === undefined ? [] : [{ on: setting, told: `${setting.key}: ${bare} names no database` }];
  });

/** A pattern whose dot between database and table is any character. */
const looseDot: Find = (view) =>
  view.matching(/^table\.include\.list$/).flatMap((setting) => {
    if (isOpaque(setting.value)) return [];
    const loose = listOf(setting.value).find(
      (item) => /[*+[]/.test(item) && /^[\w$]+\.(?!\*$)/.test(item.replace(/\.\*$/, ".*x")),
    );
    return loose === undefined ? [] : [{ on: setting, told: `${setting.key}: the dot in ${loose} is any character` }];
  });

/** Which columns are keys stands in no connector file: `db.table.*` has them all, other lists may not. */
const keysOmitted: Find = (view) => {
  const list = view.get("column.include.list");
  if (list === undefined || isOpaque(list.value)) return [];
  const items = listOf(list.value);
  const table = (item: string) => item.replaceAll(/\\+\./g, ".").split(".").slice(0, -1).join(".");
  const whole = new Set(
    items.filter((item) => /(\.\*|\.\.\*|\[\^\.\]\+)$/.test(item)).map((item) => table(item).replace(/\.$/, "")),
  );
  const open = items.find(
    (item) =>
      !/(\.\*|\[\^\.\]\+)$/.test(item) &&
      !whole.has(table(item)) &&
      !/\.id$|\(.*\bid\b.*\)$/.test(item) &&
      !items.some((other) => table(other) === table(item) && other.endsWith(".id")),
  );
  return open === undefined
    ? []
    : [{ on: list, told: `column.include.list: is the primary key of ${table(open)} in it?` }];
};

export const debeziumNames: Checks = {
  "dbz-database-server-name-removed": on(debezium, has("database.server.name", { key: "topic.prefix" }), {
    versions: { debezium: ">=2.0.0" },
  }),
  "dbz-database-history-removed": on(
    debezium,
    (view, pipeline) =>
      has(/^database\.history(\.|$)/, view.kind === "postgres-source" ? undefined : historyKey)(view, pipeline),
    { versions: { debezium: ">=2.0.0" } },
  ),
  "dbz-whitelist-blacklist-removed": on(
    debezium,
    has(/\.(whitelist|blacklist)$/, ({ key }) => ({
      key: key.replace(/whitelist$/, "include.list").replace(/blacklist$/, "exclude.list"),
    })),
    { versions: { debezium: ">=2.0.0" } },
  ),
  "dbz-topic-prefix-missing": on(debezium, lacks("topic.prefix"), { versions: { debezium: ">=2.0.0" } }),
  "dbz-topic-prefix-illegal": on(debezium, isNot("topic.prefix", /^[a-zA-Z0-9_.-]+$/)),
  "dbz-topic-prefix-not-unique": on(debezium, notUnique),
  "dbz-include-and-exclude": on(
    debezium,
    any(
      ...["database", "schema", "table", "column"].map((what) => both(`${what}.include.list`, `${what}.exclude.list`)),
    ),
  ),
  "dbz-include-list-bad-regex": on(debezium, badPattern),
  "dbz-table-include-unqualified": on(["mysql-source", "mariadb-source", "sqlserver-source"], unqualified),
  "dbz-table-include-loose-regex": on(debezium, looseDot),
  "dbz-column-include-omits-key": on(debezium, keysOmitted),
  "dbz-removed-misc-key": on(
    ["mysql-source", "mariadb-source"],
    has(
      /^(gtid\.new\.channel\.position|sanitize\.field\.names|source\.struct\.version|database\.serverTimezone|snapshot\.lock\.consistency)$/,
    ),
    { versions: { debezium: ">=2.0.0" } },
  ),
  "dbz-snapshot-new-tables-removed": on(["mysql-source", "mariadb-source"], has("snapshot.new.tables"), {
    versions: { debezium: ">=2.7.0" },
  }),
  "dbz-offset-storage-in-connector": on(
    debezium,
    has(/^(offset\.(storage|flush)|config\.storage|status\.storage)(\.|$)/),
  ),
  "dbz-heartbeat-topics-prefix-ineffective": on(
    debezium,
    has("heartbeat.topics.prefix", { key: "topic.heartbeat.prefix" }),
  ),
  "dbz-superuser": on(debezium, is("database.user", /^(root|admin|sa|postgres|rdsadmin)$/i), { only: "production" }),
  "dbz-ssl-mode-weak": on(
    ["mysql-source", "mariadb-source"],
    (view) => {
      const mode = view.get("database.ssl.mode");
      if (mode === undefined) return [{ key: "database.ssl.mode", told: "database.ssl.mode is not set" }];
      return isOpaque(mode.value) || /^(required|verify_ca|verify_identity)$/i.test(mode.value) ? [] : [says(mode)];
    },
    { only: "production" },
  ),
  "mssql-database-dbname-removed": on(["sqlserver-source"], has("database.dbname", { key: "database.names" }), {
    versions: { debezium: ">=2.0.0" },
  }),
};
