import { describe, expect, test } from "vitest";
import { missingRights } from "#validate/grants.ts";

const needs = { tables: ["shop.orders"], locks: true, signals: undefined };
const missing = (lines: readonly string[], more: Partial<Parameters<typeof missingRights>[1]> = {}) =>
  missingRights(lines, { ...needs, ...more }).map(({ right, on }) => `${right} ON ${on}`);

const replication = "GRANT RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`";

describe("the rights that Debezium asks for", () => {
  test("are there by what its documentation grants, and by ALL PRIVILEGES", () => {
    const documented =
      "GRANT SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`";
    expect(missing([documented])).toEqual([]);
    expect(missing(["GRANT ALL PRIVILEGES ON *.* TO `cdc`@`%` WITH GRANT OPTION"])).toEqual([]);
  });

  test("are each missed", () => {
    const replicating = ["REPLICATION SLAVE ON *.*", "REPLICATION CLIENT ON *.*"];
    const usage = ["GRANT USAGE ON *.* TO `cdc`@`%`"];
    expect(missing(usage)).toEqual([...replicating, "RELOAD ON *.*", "SELECT ON shop.orders"]);
    const signalling = { locks: false, tables: [], signals: "shop.signals" };
    expect(missing([], signalling)).toEqual([...replicating, "INSERT ON shop.signals"]);
  });

  test("on a database count for its tables, by patterns as MySQL has them", () => {
    const reading = (on: string) => missing([replication, `GRANT SELECT ON ${on} TO \`cdc\`@\`%\``]);
    for (const on of ["`shop`.*", "`sh%`.*", "`s_op`.*", "`shop`.`orders`"]) expect(reading(on)).toEqual([]);
    for (const on of ["`shop`.`orders2`", "`s\\_op`.*", "`shopping`.*"])
      expect(reading(on)).toEqual(["SELECT ON shop.orders"]);
  });

  test("on columns are none on the table", () => {
    const columns = "GRANT SELECT (`id`, `note`), INSERT ON `shop`.`orders` TO `cdc`@`%`";
    expect(missing([replication, columns])).toEqual(["SELECT ON shop.orders"]);
  });

  test("are taken out by a partial revoke", () => {
    const everywhere = ["GRANT ALL PRIVILEGES ON *.* TO `cdc`@`%`", "REVOKE SELECT ON `shop`.* FROM `cdc`@`%`"];
    expect(missing(everywhere)).toEqual(["SELECT ON shop.orders"]);
    expect(missing(everywhere, { tables: ["other.t"] })).toEqual([]);
  });

  test("to lock are there by FLUSH_TABLES as well", () => {
    const lines = [replication.replace("RELOAD, ", ""), "GRANT FLUSH_TABLES ON *.* TO `cdc`@`%`"];
    expect(missing(lines, { tables: [] })).toEqual([]);
  });
});
