import type { Anomaly, AnomalyClass, Hop } from "#core/verdict.ts";

/** What usually lies behind an anomaly of this class at this hop, and what to look at next. */
export function likelyCause({ class: anomaly, hop }: Pick<Anomaly, "class" | "hop">): string {
  return causes[hop][anomaly] ?? elsewhere[hop];
}

const causes: Readonly<Record<Hop, Readonly<Partial<Record<AnomalyClass, string>>>>> = {
  "mysql->debezium": {
    lost: "the change is in no binlog (sql_log_bin=0, a cascade that the server does not log), or the connector's offset was moved past it: compare the binlog with the source's offsets",
    duplicate:
      "the connector read a part of the binlog twice: its offset went back, or its snapshot began again; see positions and the worker's log",
    "value-changed":
      "MySQL was changed behind the binlog, or the connector converts the type (decimal.handling.mode, time.precision.mode): compare the binlog's row with MySQL's",
    resurrected:
      "the row was deleted where the binlog does not tell (sql_log_bin=0, a cascade that the server does not log)",
    "offset-went-back": "somebody altered the connector's offset, or an older offsets topic was restored",
    "offset-ahead-of-data": "somebody altered the connector's offset: what lies between was never read",
  },
  "debezium->kafka": {
    lost: "a transform or predicate of the source drops records, skipped.operations leaves them out, or the producer lost them: see connectors/source.json",
    duplicate:
      "the records were sent again: a worker died between the records and their offsets without exactly-once, or somebody else writes to the topic",
    phantom: "somebody else writes to the topic",
    reordered: "somebody else writes to the topic, or the key's records go to different partitions",
    resurrected: "the connector passes over this kind of change (skipped.operations: TRUNCATE by default)",
  },
  "mysql->kafka": {},
  "kafka->sink": {
    lost: "a transform of the sink drops records, its group was moved past them, or the topic lost them before it read them: see connectors/sink.json and the group's offsets",
    duplicate:
      "the sink read the records twice: its group went back, two sinks write the table, or a task died after its files were committed",
    "value-changed": "a transform of the sink changes values: see connectors/sink.json",
    stale: "later records have not been taken, or not been committed: see the control topic and the worker's log",
  },
  "sink->object-store": {
    lost: "data files that the table names are gone from the bucket: a clean-up, a lifecycle rule, another writer's compaction",
  },
  "object-store->catalog": {
    lost: "a coordinator began past files that were announced and not committed (its group's offset, the control topic's retention, auto.offset.reset), or somebody else changed the table: see snapshots without kafka.connect.commit-id",
    "offset-went-back":
      "two coordinators store their offsets by turns, as one was not stopped when it lost its lead, or somebody set the coordinator's group back: see who began commits in the worker's log",
    phantom: "somebody else wrote into the table: see snapshots without kafka.connect.commit-id",
    "value-changed": "somebody else wrote into the table: see snapshots without kafka.connect.commit-id",
    "type-changed": "the table's schema was changed from the lake's side",
    "double-registered-file":
      "the sink's coordinator committed the file twice: its group was given out anew in between, or two coordinators ran; see the control topic and the worker's log",
    "orphan-file": "a task died between writing its file and having it committed, and its rows were not written again",
    "never-committed": "the sink's coordinator does not commit: see the control topic and the worker's log",
  },
  "catalog->duckdb": {},
};

const elsewhere: Readonly<Record<Hop, string>> = {
  "mysql->debezium": "see the source's offsets and the binlog",
  "debezium->kafka": "see connectors/source.json and the worker's log",
  "mysql->kafka": "see the source's offsets and the worker's log",
  "kafka->sink": "see connectors/sink.json, the control topic and the worker's log",
  "sink->object-store": "see the bucket's objects and the worker's log",
  "object-store->catalog": "see the table's snapshots and the catalog's log",
  "catalog->duckdb": "DuckDB's reader and the data files disagree: the pipeline may be right",
};
