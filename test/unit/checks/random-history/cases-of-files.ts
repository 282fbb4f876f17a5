import type { AnomalyClass } from "#core/verdict.ts";
import { type Case, orphanKey, path, placed, secondUpdate, twoUpdates, withoutFile } from "./cases.ts";
import { withoutInLake } from "./garden.ts";
import { literal } from "./literal.ts";
import { withGroupMove, withSourceMove } from "./moves.ts";

/** A file for each of 22 rows. */
const many = literal({ initial: Array.from({ length: 22 }, (_, salary) => ["Ann", salary] as const) });

const coordinators = { group: "coordinatorGroup", partition: 0, end: 30, byHand: false } as const;

export const casesOfFiles = {
  "type-changed": [
    {
      how: "a column of a type that cannot hold MySQL's values",
      world: twoUpdates,
      options: { inputs: { lake: () => "(SELECT * REPLACE ([salary] AS salary) FROM lake_people)" } },
      found: { currentState: ["type-changed kafka->sink x1 salary"] },
    },
    {
      how: "a column that the lake has no more",
      world: twoUpdates,
      options: {
        inputs: {
          lake: () => "(SELECT * EXCLUDE (salary) FROM lake_people)",
          droppedColumns: new Map([["people", ["salary"]]]),
        },
      },
      found: { currentState: ["type-changed object-store->catalog x1 salary"] },
    },
  ],
  "double-registered-file": [
    {
      how: "a file that the table names twice",
      world: {
        ...twoUpdates,
        files: [...twoUpdates.files, ...twoUpdates.files.slice(2)],
        lake: [...twoUpdates.lake, ...twoUpdates.lake.slice(2)],
      },
      found: {
        changelog: ["double-registered-file object-store->catalog x1 id=1"],
        files: [`double-registered-file object-store->catalog x1 ${path(2)}`],
      },
    },
    {
      how: "so many files that a lost one would not be seen behind them",
      world: withoutFile({ ...many, files: [...many.files, ...many.files.slice(1)] }, 0),
      found: {
        changelog: ["lost sink->object-store x1 id=1"],
        currentState: ["lost sink->object-store x1 id=1"],
        files: [
          `double-registered-file object-store->catalog x21 ${many.files
            .slice(1, 11)
            .map((file) => file.path)
            .join(" ")}`,
          `lost sink->object-store x1 ${path(0)}`,
        ],
      },
    },
  ],
  "orphan-file": [
    {
      how: "a file that no snapshot names, with rows that are nowhere else",
      world: { ...twoUpdates, objects: [...twoUpdates.objects, orphanKey] },
      options: { inBucket: { [orphanKey]: placed(99) } },
      found: { files: [`orphan-file object-store->catalog x1 ${orphanKey}`] },
    },
    {
      how: "none, when its rows are all elsewhere",
      world: { ...twoUpdates, objects: [...twoUpdates.objects, orphanKey] },
      options: { inBucket: { [orphanKey]: placed(1) } },
      found: {},
    },
  ],
  "offset-ahead-of-data": [
    {
      how: "the sink's group moved past a record by hand",
      world: withGroupMove(withoutInLake(twoUpdates, [secondUpdate]), {
        partition: 0,
        from: 2,
        to: 3,
        end: 3,
        byHand: true,
      }),
      found: {
        changelog: ["lost kafka->sink x1 id=1"],
        currentState: ["stale kafka->sink x1 id=1"],
        positions: ["offset-ahead-of-data kafka->sink x1 "],
      },
    },
    {
      how: "none, when the group was moved past what is in the lake",
      world: withGroupMove(twoUpdates, { partition: 0, from: 2, to: 3, end: 3, byHand: true }),
      found: {},
    },
  ],
  "offset-went-back": [
    {
      how: "the sink's group went back, though nothing came twice",
      world: withGroupMove(twoUpdates, { partition: 0, from: 3, to: 1, end: 3, byHand: false }),
      found: { positions: ["offset-went-back kafka->sink x1 "] },
    },
    {
      how: "the coordinator's group went back",
      world: withGroupMove(twoUpdates, { ...coordinators, from: 30, to: 10 }),
      found: { positions: ["offset-went-back object-store->catalog x1 "] },
    },
    {
      how: "none, when the coordinator's group goes on",
      world: withGroupMove(twoUpdates, { ...coordinators, from: 10, to: 20 }),
      found: {},
    },
    {
      how: "the source's offset went back, without GTIDs",
      world: withSourceMove(literal({ positionMode: "file", changes: [["update", 1, "Ann", 11]] }), {
        from: 101,
        to: 100,
        byHand: false,
      }),
      found: { positions: ["offset-went-back mysql->debezium x1 "] },
    },
  ],
} satisfies Partial<Record<AnomalyClass, readonly Case[]>>;
