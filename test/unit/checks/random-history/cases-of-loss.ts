import type { AnomalyClass } from "#core/verdict.ts";
import { inputsFor } from "../people.ts";
import {
  at,
  type Case,
  deleted,
  deletedAndMade,
  inFile,
  inserted,
  last,
  path,
  secondUpdate,
  twoUpdates,
  withoutFile,
} from "./cases.ts";
import { withMore, withoutInLake, withoutInTopic } from "./garden.ts";
import { withGroupMove, withSourceAt, withSourceHole, withSourceMove } from "./moves.ts";
import { transactionsBefore, type World } from "./world.ts";

export const casesOfLoss = {
  lost: [
    {
      how: "an operation that the connector did not send",
      world: withoutInTopic(inserted, [last(inserted)]),
      found: { changelog: ["lost debezium->kafka x1 id=2"], currentState: ["lost debezium->kafka x1 id=2"] },
    },
    {
      how: "a row of the snapshot that the connector did not send",
      world: withoutInTopic(inserted, [at(inserted, 0)]),
      found: { currentState: ["lost mysql->debezium x1 id=1"] },
    },
    {
      how: "an operation that the connector never got to, its only offset being the snapshot's",
      world: withSourceAt(withoutInTopic(inserted, [last(inserted)]), transactionsBefore),
      found: { changelog: ["lost mysql->debezium x1 id=2"], currentState: ["lost mysql->debezium x1 id=2"] },
    },
    {
      how: "an operation that no server had from which the connector read on",
      world: withSourceHole(withoutInTopic(inserted, [last(inserted)]), transactionsBefore + 1),
      found: { changelog: ["lost mysql->debezium x1 id=2"], currentState: ["lost mysql->debezium x1 id=2"] },
    },
    {
      how: "an insert after a delete that the connector did not send",
      world: withoutInTopic(deletedAndMade, [last(deletedAndMade)]),
      found: { changelog: ["lost debezium->kafka x1 id=1"], currentState: ["lost debezium->kafka x1 id=1"] },
    },
    {
      how: "a record that the sink did not store",
      world: withoutInLake(inserted, [last(inserted)]),
      found: { changelog: ["lost kafka->sink x1 id=2"], currentState: ["lost kafka->sink x1 id=2"] },
    },
    {
      how: "a file that is not in the bucket",
      world: withoutFile(inserted, 1),
      found: {
        changelog: ["lost sink->object-store x1 id=2"],
        currentState: ["lost sink->object-store x1 id=2"],
        files: [`lost sink->object-store x1 ${path(1)}`],
      },
    },
    {
      how: "a record that the group was moved past stays the sink's, though a file is missing, too",
      world: withGroupMove(withoutFile(withoutInLake(inserted, [last(inserted)]), 0), {
        partition: 0,
        from: 1,
        to: 2,
        end: 2,
        byHand: true,
      }),
      found: {
        changelog: ["lost kafka->sink x1 id=2", "lost sink->object-store x1 id=1"],
        currentState: ["lost kafka->sink x1 id=2", "lost sink->object-store x1 id=1"],
        files: [`lost sink->object-store x1 ${path(0)}`],
        positions: ["offset-ahead-of-data kafka->sink x1 "],
      },
    },
    {
      how: "a row that somebody deleted from the lake",
      world: inFile(withoutInLake(inserted, [last(inserted)]), false),
      found: {
        changelog: ["lost object-store->catalog x1 id=2"],
        currentState: ["lost object-store->catalog x1 id=2"],
      },
    },
    {
      how: "a row that somebody wrote into the lake as deleted",
      world: inFile(inserted, false, { op: "d", row: [2, "Bob", 20], place: undefined }),
      found: {
        changelog: ["phantom object-store->catalog x1 id=2"],
        currentState: ["lost object-store->catalog x1 id=2"],
      },
    },
    {
      how: "a deleted row that somebody made again behind the binlog",
      world: { ...deleted, mysql: [[1, "Ann", 10]] },
      found: { currentState: ["lost mysql->debezium x1 id=1"] },
    },
    {
      how: "a row of a table without a primary key",
      world: withoutInTopic(inserted, [last(inserted)]),
      options: { inputs: { tables: inputsFor({ shape: "debezium-transform", withoutPrimaryKey: true }).tables } },
      found: {
        changelog: ["lost debezium->kafka x1 id=2"],
        currentState: ["lost mysql->kafka x1 id=2,"],
      },
    },
  ],
  stale: [
    {
      how: "an update that the connector did not send",
      world: withoutInTopic(twoUpdates, [secondUpdate]),
      found: { changelog: ["lost debezium->kafka x1 id=1"], currentState: ["stale debezium->kafka x1 id=1"] },
    },
    {
      how: "an update that the connector's offset was moved past",
      world: withSourceMove(withoutInTopic(twoUpdates, [secondUpdate]), { from: 101, to: 102, byHand: true }),
      found: {
        changelog: ["lost mysql->debezium x1 id=1"],
        currentState: ["stale mysql->debezium x1 id=1"],
        positions: ["offset-ahead-of-data mysql->debezium x1 "],
      },
    },
    {
      how: "an update under a GTID that a reset server has given before, and whose offset was stored as the connector stopped",
      world: withSourceMove(
        withoutInTopic({ ...twoUpdates, changes: underOneGtid(twoUpdates.changes) }, [secondUpdate]),
        { from: 100, to: 101, byHand: true },
      ),
      found: { changelog: ["lost debezium->kafka x1 id=1"], currentState: ["stale debezium->kafka x1 id=1"] },
    },
    {
      how: "an update that the sink did not store",
      world: withoutInLake(twoUpdates, [secondUpdate]),
      found: { changelog: ["lost kafka->sink x1 id=1"], currentState: ["stale kafka->sink x1 id=1"] },
    },
    {
      how: "an update whose file is gone",
      world: withoutFile(twoUpdates, 2),
      found: {
        changelog: ["lost sink->object-store x1 id=1"],
        currentState: ["stale sink->object-store x1 id=1"],
        files: [`lost sink->object-store x1 ${path(2)}`],
      },
    },
    {
      how: "an update that somebody deleted from the lake",
      world: inFile(withoutInLake(twoUpdates, [secondUpdate]), false),
      found: {
        changelog: ["lost object-store->catalog x1 id=1"],
        currentState: ["stale object-store->catalog x1 id=1"],
      },
    },
  ],
  resurrected: [
    {
      how: "a delete that the connector did not send",
      world: withoutInTopic(deleted, [last(deleted)]),
      found: { changelog: ["lost debezium->kafka x1 id=1"], currentState: ["resurrected debezium->kafka x1 id=1"] },
    },
    {
      how: "a delete that the connector never got to",
      world: withSourceAt(withoutInTopic(deleted, [last(deleted)]), transactionsBefore),
      found: { changelog: ["lost mysql->debezium x1 id=1"], currentState: ["resurrected mysql->debezium x1 id=1"] },
    },
    {
      how: "a deleted row that was sent again",
      world: withMore(deleted, [at(deleted, 0)]),
      found: {
        changelog: ["duplicate mysql->debezium x1 id=1"],
        currentState: ["resurrected debezium->kafka x1 id=1"],
      },
    },
    {
      how: "a delete that the sink did not store",
      world: withoutInLake(deleted, [last(deleted)]),
      found: { changelog: ["lost kafka->sink x1 id=1"], currentState: ["resurrected kafka->sink x1 id=1"] },
    },
    {
      how: "a delete whose file is gone",
      world: withoutFile(deleted, 1),
      found: {
        changelog: ["lost sink->object-store x1 id=1"],
        currentState: ["resurrected sink->object-store x1 id=1"],
        files: [`lost sink->object-store x1 ${path(1)}`],
      },
    },
    {
      how: "a deleted row that somebody wrote into the lake",
      world: inFile(deleted, false, { op: "c", row: [1, "Ann", 10], place: undefined }),
      found: {
        changelog: ["phantom object-store->catalog x1 id=1"],
        currentState: ["resurrected object-store->catalog x1 id=1"],
      },
    },
    {
      how: "a row deleted behind the binlog",
      world: { ...twoUpdates, mysql: [] },
      found: { currentState: ["resurrected mysql->debezium x1 id=1"] },
    },
  ],
} satisfies Partial<Record<AnomalyClass, readonly Case[]>>;

function underOneGtid(changes: World["changes"]): World["changes"] {
  return changes.map((change) => ({ ...change, transaction: transactionsBefore + 1 }));
}
