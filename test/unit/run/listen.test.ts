import { expect, test } from "vitest";
import { makeHappenings } from "#run/happenings.ts";
import { controlListener, offsetListener } from "#run/listen.ts";
import type { ControlEvent } from "#stages/iceberg/control-topic.ts";

const event = (producerId: bigint) => ({ type: "DATA_WRITTEN", producerId, table: "shop.people" }) as ControlEvent;
const awaited = [{ control: "data-written", task: 1 }] as const;

test("whose an event is, its producer's transactional id tells; a new producer is asked for once", async () => {
  let asked = 0;
  const transactionalIds = async () => {
    asked += 1;
    return new Map([
      [40n, "worker-txn-0-0"],
      [41n, "worker-txn-0-1"],
      [7n, "somebody's"],
    ]);
  };
  const happenings = makeHappenings();
  const listen = controlListener({ awaited, kafka: { transactionalIds }, happenings });
  for (const producer of [40n, 41n, 40n, 7n]) listen(event(producer));
  const { signal } = new AbortController();
  const [happening] = awaited;
  expect(await happenings.reached({ happening, nth: 1, since: 0, signal })).toBe(true);
  await expect.poll(() => happenings.told()).toBe("DATA_WRITTEN of task 0 2, DATA_WRITTEN of task 1 1, DATA_WRITTEN 1");
  expect(asked).toBe(2);
});

test("where the brokers do not say, it is nobody's; where no moment asks for a task, they are not asked", async () => {
  const transactionalIds = () => Promise.reject(new Error("away"));
  const happenings = makeHappenings();
  controlListener({ awaited, kafka: { transactionalIds }, happenings })(event(40n));
  await expect.poll(() => happenings.told()).toBe("DATA_WRITTEN 1");
  controlListener({ awaited: [{ control: "data-written" }], kafka: { transactionalIds }, happenings })(event(40n));
  expect(happenings.told()).toBe("DATA_WRITTEN 2");
});

test("the source's offsets are taken where a moment asks for one, and where none does they are not", () => {
  const at = { gtids: undefined, file: "binlog.000001", pos: 9 };
  const ledger = { transactions: () => [{ gtid: undefined, place: { file: "binlog.000001", pos: 9 }, changes: 2 }] };
  const [asked, unasked] = [makeHappenings(), makeHappenings()];
  offsetListener({ awaited: [{ sourceOffset: { operations: 2 } }], ledger, happenings: asked })(at);
  offsetListener({ awaited: [...awaited], ledger, happenings: unasked })(at);
  expect([asked.told(), unasked.told()]).toEqual(["source offsets 1", "nothing"]);
});
