import { any, at, has, is, lacks, on, says, where } from "../ask.ts";
import type { Checks, Find } from "../rule.ts";
import type { View } from "../view.ts";

const server = ["mysql-server"] as const;
const week = 604_800;
const hours = "binlog retention hours";

/** A whole configuration, not a script that sets a thing or two. */
const whole = (view: View) => view.document.format !== "sql";
const isRds = (view: View) => view.document.platform === "rds";
const ofWhole = (find: Find) => where(whole, find);

const expiryShort = any(
  // 0 is never, as far as MySQL itself goes.
  is("binlog_expire_logs_seconds", (value) => /^\d+$/.test(value) && Number(value) > 0 && Number(value) < week),
  is(hours, (value) => /^\d+$/.test(value) && Number(value) > 0 && Number(value) < 168),
);

const retentionNull: Find = (view, pipeline) => {
  if (!isRds(view)) return [];
  if (!pipeline.views.some((each) => each.has(hours))) return [{ key: hours, told: `${hours} is not set` }];
  return is(hours, (value) => /^(null|0)$/i.test(value))(view, pipeline);
};

const idMissing: Find = (view) => {
  // RDS gives each server an id itself.
  if (isRds(view) || /^off$|^0$/i.test(view.text("log_bin") ?? "")) return [];
  const id = view.get("server_id");
  if (id === undefined) return [{ key: "server_id", told: "server_id is not set" }];
  return view.number("server_id") === 0 ? [says(id)] : [];
};

const gtidInconsistent: Find = (view) => {
  const gtid = view.get("gtid_mode");
  return gtid !== undefined &&
    view.isTrue("gtid_mode") &&
    !/^(on|1|true)$/i.test(view.text("enforce_gtid_consistency") ?? "")
    ? [at(view, "enforce_gtid_consistency", "gtid_mode=ON, and enforce_gtid_consistency is not ON")]
    : [];
};

/** MySQL 8 logs a replica's updates unless it is told not to; older ones the other way round. */
const replicaSilent = is(/^log_(replica|slave)_updates$/, /^(off|0|false)$/i);

const notPersisted: Find = (view) =>
  view
    .matching(/^SET GLOBAL (binlog_|gtid_|log_bin|server_id|enforce_gtid)/)
    .filter(({ key }) => !view.has(key.replace("SET GLOBAL ", "")))
    .map((setting) => ({ on: setting, told: `${setting.key} alone` }));

const timeouts: Find = (view) => {
  const keys = ["interactive_timeout", "wait_timeout", "net_write_timeout"];
  const absent = keys.filter((key) => !view.has(key));
  return absent.length === 0 ? [] : [{ key: absent[0] ?? "", told: `${absent.join(", ")} at the default` }];
};

export const mysqlServer: Checks = {
  "mysql-log-bin-off": on(server, is("log_bin", /^(off|0|false)$/i)),
  "mysql-binlog-format": on(
    server,
    is(/^(SET GLOBAL )?binlog_format$/, (value) => !/^row$/i.test(value)),
  ),
  "mysql-binlog-row-image": on(
    server,
    is(/^(SET GLOBAL )?binlog_row_image$/, (value) => !/^full$/i.test(value)),
  ),
  "mysql-binlog-row-image-unset": on(server, ofWhole(lacks("binlog_row_image"))),
  "mysql-binlog-row-value-options": on(server, is(/^(SET GLOBAL )?binlog_row_value_options$/, /PARTIAL_JSON/i)),
  "mysql-gtid-off": on(server, ofWhole(any(lacks("gtid_mode"), is("gtid_mode", /^off(_permissive)?$/i)))),
  "mysql-gtid-on-permissive": on(server, is(/^(SET GLOBAL )?gtid_mode$/, /^on_permissive$/i)),
  "mysql-gtid-consistency": on(server, ofWhole(gtidInconsistent)),
  "mysql-expire-logs-days-removed": on(
    server,
    has("expire_logs_days", ({ value }) =>
      /^\d+$/.test(value) ? { key: "binlog_expire_logs_seconds", value: String(Number(value) * 86_400) } : undefined,
    ),
  ),
  "mysql-binlog-expiry-short": on(server, expiryShort),
  "mysql-binlog-expiry-unset": on(server, ofWhole(lacks("binlog_expire_logs_seconds", "expire_logs_days"))),
  "mysql-rds-retention-null": on(server, retentionNull),
  "mysql-server-id-missing": on(server, ofWhole(idMissing)),
  "mysql-replica-no-log-replica-updates": on(server, replicaSilent),
  "mysql-set-global-not-persisted": on(server, notPersisted),
  "mysql-binlog-checksum-none": on(server, is("binlog_checksum", /^none$/i)),
  "mysql-grants-too-wide": on(
    server,
    is(/^GRANT/, (value) => /\bALL\b(?! ON `?\w+`?\.\*)|\bSUPER\b/i.test(value) && !/TO '?root/i.test(value)),
  ),
  "mysql-timeouts": on(server, ofWhole(timeouts)),
};
