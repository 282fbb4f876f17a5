import { expect, test } from "vitest";
import { runCheck } from "#checks/check.ts";
import { createViews } from "#checks/views.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { inputsFor } from "./people.ts";

test("the views show each event, and the rows after the last event of each key", async () => {
  using duckdb = await openDuckdb({});
  await duckdb.run(`CREATE TABLE lake_people AS SELECT * FROM (VALUES
    (1, 'Ann', {'op': 'I', 'offset': 0}, {'topic': 't', 'partition': 0, 'offset': 0}),
    (1, 'Eve', {'op': 'U', 'offset': 1}, {'topic': 't', 'partition': 0, 'offset': 1}),
    (2, 'Bob', {'op': 'I', 'offset': 2}, {'topic': 't', 'partition': 0, 'offset': 2}),
    (2, 'Bob', {'op': 'D', 'offset': 3}, {'topic': 't', 'partition': 0, 'offset': 3})
  ) AS v(id, name, _cdc, _kafka_metadata)`);
  const { tables, lake } = inputsFor({ shape: "debezium-transform" });
  await runCheck(createViews({ shape: "debezium-transform", tables, lake }), duckdb.rows);
  expect(await duckdb.rows("SELECT * FROM current.people")).toEqual([{ id: "1", name: "Eve" }]);
  expect(await duckdb.rows("SELECT id, _kind, _offset FROM changelog.people ORDER BY _offset")).toEqual([
    { id: "1", _kind: "insert", _offset: "0" },
    { id: "1", _kind: "update", _offset: "1" },
    { id: "2", _kind: "insert", _offset: "2" },
    { id: "2", _kind: "delete", _offset: "3" },
  ]);
});
