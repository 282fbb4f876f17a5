import { at, both, is, isAbove, isNot, lacks, missing, on } from "../ask.ts";
import { debezium, type Pipeline } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import type { View } from "../view.ts";

const mysqlLike = ["mysql-source", "mariadb-source"] as const;
const withHistory = [...mysqlLike, "sqlserver-source"] as const;
const topicKey = "schema.history.internal.kafka.topic";
const serversKey = "schema.history.internal.kafka.bootstrap.servers";

const idCollision: Find = (view, pipeline) => {
  const id = view.number("database.server.id");
  if (id === undefined) return [];
  const connector = pipeline.sharingKey(view, mysqlLike, "database.server.id");
  const server = pipeline.all("mysql-server").find((other) => other.number("server_id") === id);
  const taken = connector ?? server;
  return taken === undefined
    ? []
    : [at(view, "database.server.id", `database.server.id=${id} is ${taken.document.file}'s, too`)];
};

/** KafkaSchemaHistory is the default; others have keys of their own. */
function inKafka(view: View): boolean {
  return !view.has("schema.history.internal") || view.endsWith("schema.history.internal", "KafkaSchemaHistory");
}

const historyMissing: Find = (view) =>
  inKafka(view) ? [topicKey, serversKey].filter((key) => !view.has(key)).map((key) => missing(key)) : [];

const historyInsecure: Find = (view, { worker }) => {
  const protocol = worker?.text("security.protocol");
  if (protocol === undefined || /^PLAINTEXT$/i.test(protocol) || !inKafka(view)) return [];
  return ["producer", "consumer"]
    .map((client) => `schema.history.internal.${client}.security.protocol`)
    .filter((key) => !view.has(key))
    .map((key) => missing(key, `${key} is not set, and the worker's security.protocol is ${protocol}`));
};

const historyElsewhere: Find = (view, { worker }) => {
  const [history, workers] = [view.text(serversKey), worker?.text("bootstrap.servers")];
  const hosts = (list: string) => list.split(",").map((host) => host.trim());
  const shared =
    history !== undefined && workers !== undefined && hosts(history).some((host) => hosts(workers).includes(host));
  return history === undefined || workers === undefined || shared
    ? []
    : [at(view, serversKey, `${serversKey}=${history}, and the worker's bootstrap.servers are ${workers}`)];
};

const historyShared: Find = (view, pipeline) => {
  const topic = view.text(topicKey);
  const other = pipeline.sharingKey(view, debezium, topicKey);
  return topic === undefined || other === undefined
    ? []
    : [at(view, topicKey, `${topicKey}=${topic} is ${other.document.file}'s, too`)];
};

const lockingModes: Readonly<Partial<Record<View["kind"], RegExp>>> = {
  "mysql-source": /^(minimal|minimal_percona|minimal_percona_no_table_locks|extended|none|custom)$/i,
  "mariadb-source":
    /^(minimal|minimal_at_least_once|minimal_percona|minimal_percona_no_table_locks|extended|none|custom)$/i,
  "postgres-source": /^(none|shared|custom)$/i,
  "sqlserver-source": /^(exclusive|snapshot|none|custom)$/i,
};

const lockingInvalid: Find = (view, pipeline) =>
  isNot("snapshot.locking.mode", lockingModes[view.kind] ?? /./)(view, pipeline);

/** The unsigned columns of a schema that stands beside the connector; undefined where none does. */
function unsignedBigint(pipeline: Pipeline): boolean | undefined {
  const schemas = pipeline.all("mysql-server").flatMap((server) => server.matching(/^CREATE TABLE /));
  return schemas.length === 0 ? undefined : schemas.some(({ value }) => /\bbigint\b[^,]*\bunsigned\b/i.test(value));
}

const unsignedOverflow: Find = (view, pipeline) => {
  const mode = view.get("bigint.unsigned.handling.mode");
  if (mode !== undefined && view.text(mode.key)?.toLowerCase() !== "long") return [];
  const captured = unsignedBigint(pipeline);
  if (captured === false) return [];
  const told = `bigint.unsigned.handling.mode=long${mode === undefined ? " (the default)" : ""}`;
  // Without the tables nobody knows; who wrote it down has thought of it.
  const severity = captured === undefined && mode === undefined ? { severity: "info" as const } : {};
  return [{ on: mode, key: "bigint.unsigned.handling.mode", told, ...severity }];
};

const readOnlyWithoutGtid: Find = (view, pipeline) => {
  const server = pipeline.all("mysql-server").find(({ document }) => document.format !== "sql");
  const gtid = server?.text("gtid_mode");
  return view.isTrue("read.only") && server !== undefined && !/^on$/i.test(gtid ?? "off")
    ? [at(view, "read.only", `read.only=true, and ${server.document.file} has gtid_mode=${gtid ?? "OFF"}`)]
    : [];
};

const queryNotLogged: Find = (view, pipeline) => {
  const server = pipeline.all("mysql-server").find(({ document }) => document.format !== "sql");
  return view.isTrue("include.query") && server !== undefined && !server.isTrue("binlog_rows_query_log_events")
    ? [
        at(
          view,
          "include.query",
          `include.query=true, and ${server.document.file} has binlog_rows_query_log_events off`,
        ),
      ]
    : [];
};

const onMariadb: Find = (view, pipeline) => {
  const server = pipeline
    .all("mysql-server")
    .find((each) =>
      each.has("gtid_domain_id", "gtid_strict_mode", "wsrep_on", "wsrep_provider", "aria_pagecache_buffer_size"),
    );
  return server === undefined
    ? []
    : [at(view, "connector.class", `the MySQL connector, and ${server.document.file} is MariaDB's`)];
};

export const mysqlSource: Checks = {
  "dbz-tasks-max-gt-1": on(mysqlLike, isAbove("tasks.max", 1)),
  "dbz-server-id-missing": on(mysqlLike, lacks("database.server.id")),
  "dbz-server-id-range": on(
    mysqlLike,
    is("database.server.id", (value) => !(Number(value) >= 1 && Number(value) <= 4_294_967_295)),
  ),
  "dbz-server-id-collision": on(mysqlLike, idCollision),
  "dbz-schema-history-missing": on(withHistory, historyMissing),
  "dbz-schema-history-not-durable": on(withHistory, is("schema.history.internal", /(Memory|File)SchemaHistory$/)),
  "dbz-schema-history-security-missing": on(withHistory, historyInsecure),
  "dbz-schema-history-bootstrap-mismatch": on(withHistory, historyElsewhere),
  "dbz-schema-history-topic-shared": on(withHistory, historyShared),
  "dbz-topic-prefix-is-history-topic": on(
    mysqlLike,
    is(topicKey, (value, view) => value === view.text("topic.prefix")),
  ),
  "dbz-snapshot-locking-mode-invalid": on(debezium, lockingInvalid),
  "dbz-time-precision-adaptive": on(mysqlLike, is("time.precision.mode", /^adaptive$/i)),
  "dbz-bigint-unsigned-overflow": on(mysqlLike, unsignedOverflow),
  "dbz-binary-handling-invalid": on(mysqlLike, isNot("binary.handling.mode", /^(bytes|base64|base64-url-safe|hex)$/i)),
  "dbz-read-only-needs-gtid": on(mysqlLike, readOnlyWithoutGtid),
  "dbz-gtid-includes-and-excludes": on(mysqlLike, both("gtid.source.includes", "gtid.source.excludes")),
  "dbz-include-query-needs-server-var": on(mysqlLike, queryNotLogged),
  "dbz-mysql-connector-on-mariadb": on(["mysql-source"], onMariadb),
};
