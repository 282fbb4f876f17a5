import type { AnomalyClass } from "#core/verdict.ts";
import {
  at,
  type Case,
  inFile,
  inserted,
  last,
  path,
  rewritten,
  secondUpdate,
  thereAndBack,
  twoUpdates,
  withoutFile,
} from "./cases.ts";
import { withMore, withoutInLake } from "./garden.ts";
import { literal } from "./literal.ts";
import { withSourceMove } from "./moves.ts";

export const casesOfSurplus = {
  duplicate: [
    {
      how: "a record that was sent again",
      world: withMore(twoUpdates, [secondUpdate]),
      found: { changelog: ["duplicate debezium->kafka x1 id=1"] },
    },
    {
      how: "a row of the snapshot that was sent again",
      world: withMore(literal({}), [at(literal({}), 0)]),
      found: { changelog: ["duplicate mysql->debezium x1 id=1"] },
    },
    {
      how: "operations that the connector read again, its offset having gone back",
      world: withSourceMove(withMore(twoUpdates, [at(twoUpdates, 1), secondUpdate]), {
        from: 102,
        to: 100,
        byHand: true,
      }),
      found: {
        changelog: ["duplicate mysql->debezium x2 id=1 id=1"],
        positions: ["offset-went-back mysql->debezium x1 "],
      },
    },
    {
      how: "a record that the sink stored twice",
      world: inFile(twoUpdates, true, { op: "u", row: [1, "Ann", 12], place: secondUpdate }),
      found: { changelog: ["duplicate kafka->sink x1 id=1"] },
    },
    {
      how: "a row that somebody copied in the lake",
      world: inFile(
        withoutInLake(twoUpdates, [secondUpdate]),
        false,
        ...Array.from({ length: 2 }, () => ({
          op: "u" as const,
          row: [1, "Ann", 12] as const,
          place: secondUpdate,
        })),
      ),
      found: { changelog: ["duplicate object-store->catalog x1 id=1"] },
    },
  ],
  phantom: [
    {
      how: "a record that nobody wrote",
      world: withMore(inserted, [{ ...last(inserted), row: [9, "Eve", 1], transaction: 999 }]),
      found: { changelog: ["phantom debezium->kafka x1 id=9"], currentState: ["phantom debezium->kafka x1 id=9"] },
    },
    {
      how: "rows that somebody wrote into the lake, each told",
      world: inFile(
        inserted,
        false,
        { op: "c", row: [8, "Eve", 1], place: undefined },
        { op: "c", row: [9, "Eve", 1], place: undefined },
      ),
      found: {
        changelog: ["phantom object-store->catalog x2 id=8 id=9"],
        currentState: ["phantom object-store->catalog x2 id=8 id=9"],
      },
    },
    {
      how: "a row with a place that the topic does not have",
      world: inFile(inserted, true, { op: "c", row: [9, "Eve", 1], place: { partition: 0, offset: 99 } }),
      found: { changelog: ["phantom kafka->sink x1 id=9"], currentState: ["phantom kafka->sink x1 id=9"] },
    },
  ],
  reordered: [
    {
      how: "an older update after the newest, in the topic itself",
      world: withMore(twoUpdates, [at(twoUpdates, 1)]),
      found: { changelog: ["duplicate debezium->kafka x1 id=1"], currentState: ["reordered debezium->kafka x1 id=1"] },
    },
    {
      how: "a row of the snapshot after an update of it",
      world: withMore(twoUpdates, [at(twoUpdates, 0)]),
      found: { changelog: ["duplicate mysql->debezium x1 id=1"], currentState: ["reordered debezium->kafka x1 id=1"] },
    },
    {
      how: "an older update of the same transaction after the newest",
      world: (() => {
        const changes = [
          ["update", 1, "Ann", 11],
          ["update", 1, "Ann", 12],
        ] as const;
        const world = literal({ transactions: [{ changes }] });
        return withMore(world, [at(world, 1)]);
      })(),
      found: { changelog: ["duplicate debezium->kafka x1 id=1"], currentState: ["reordered debezium->kafka x1 id=1"] },
    },
    {
      how: "the lake's own order, where its rows have no place in Kafka",
      world: twoUpdates,
      options: {
        inputs: {
          lake: () =>
            `(SELECT * EXCLUDE (_kafka_metadata) REPLACE ({'op': _cdc.op, 'offset': -_cdc."offset"} AS _cdc) FROM lake_people)`,
        },
      },
      found: { currentState: ["reordered kafka->sink x1 id=1"] },
    },
  ],
  "value-changed": [
    {
      how: "a row changed behind the binlog",
      world: { ...twoUpdates, mysql: [[1, "Ann", 13]] },
      found: { currentState: ["value-changed mysql->debezium x1 id=1"] },
    },
    {
      how: "a row changed behind the binlog, back to what it was",
      world: { ...twoUpdates, mysql: [[1, "Ann", 11]] },
      found: { currentState: ["value-changed mysql->debezium x1 id=1"] },
    },
    {
      how: "an update that nobody made, on its way to the topic",
      world: withMore(twoUpdates, [{ ...secondUpdate, row: [1, "Ann", 13], transaction: 999 }]),
      found: {
        changelog: ["phantom debezium->kafka x1 id=1"],
        currentState: ["value-changed debezium->kafka x1 id=1"],
      },
    },
    {
      how: "a value that the sink changed, of a row that had MySQL's before",
      world: {
        ...thereAndBack,
        lake: thereAndBack.lake.map((row, number) => (number === 2 ? { ...row, row: [1, "Eve", 10] as const } : row)),
      },
      found: {
        changelog: ["value-changed kafka->sink x1 id=1"],
        currentState: ["value-changed kafka->sink x1 id=1"],
      },
    },
    {
      how: "a value that the sink changed, of a row that it stored twice",
      world: (() => {
        const changed = twoUpdates.lake.map((row, number) =>
          number === 2 ? { ...row, row: [1, "Eve", 12] as const } : row,
        );
        return { ...twoUpdates, lake: [...changed, ...changed.slice(2)] };
      })(),
      found: {
        changelog: ["duplicate kafka->sink x1 id=1", "value-changed kafka->sink x2 id=1 id=1"],
        currentState: ["value-changed kafka->sink x1 id=1"],
      },
    },
    {
      how: "a value that somebody changed in the lake, though a file is missing, too",
      world: rewritten(withoutFile(twoUpdates, 0), secondUpdate, [1, "Eve", 12]),
      found: {
        changelog: ["lost sink->object-store x1 id=1", "value-changed object-store->catalog x1 id=1"],
        currentState: ["value-changed object-store->catalog x1 id=1"],
        files: [`lost sink->object-store x1 ${path(0)}`],
      },
    },
    {
      how: "a row that somebody wrote over in the lake",
      world: inFile(twoUpdates, false, { op: "u", row: [1, "Eve", 12], place: undefined }),
      found: {
        changelog: ["phantom object-store->catalog x1 id=1"],
        currentState: ["value-changed object-store->catalog x1 id=1"],
      },
    },
  ],
} satisfies Partial<Record<AnomalyClass, readonly Case[]>>;
