import { expect, test } from "vitest";
import { committedRecords } from "#stages/kafka/committed.ts";

// A partition as a broker answers it: batches of two records, transaction markers, and where aborted transactions began.
const transactional = 0b01_0000;
const control = 0b11_0000;

function batch(firstOffset: bigint, producerId: bigint, attributes = transactional) {
  const record = (offsetDelta: number) => ({
    length: 0,
    attributes: 0,
    timestampDelta: 0n,
    offsetDelta,
    key: null,
    value: Buffer.from(`${firstOffset + BigInt(offsetDelta)}`),
    headers: [],
  });
  const isMarker = attributes === control;
  return {
    firstOffset,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes,
    lastOffsetDelta: isMarker ? 0 : 1,
    firstTimestamp: 0n,
    maxTimestamp: 0n,
    producerId,
    producerEpoch: 0,
    firstSequence: 0,
    records: isMarker ? [record(0)] : [record(0), record(1)],
  };
}

const offsets = (
  ...[records, abortedTransactions]: [ReturnType<typeof batch>[], { producerId: bigint; firstOffset: bigint }[]]
) =>
  committedRecords({ records, abortedTransactions }, { topic: "t", partition: 0 }).map(({ offset }) => Number(offset));

test("records of a committed transaction and of none are there, markers are not", () => {
  expect(offsets([batch(0n, 1n), batch(2n, 1n, control), batch(3n, -1n, 0)], [])).toEqual([0, 1, 3, 4]);
});

test("an aborted transaction is left out, and what others wrote in between is not", () => {
  const batches = [batch(0n, 1n), batch(2n, 2n), batch(4n, 1n, control), batch(5n, 2n, control)];
  expect(offsets(batches, [{ producerId: 1n, firstOffset: 0n }])).toEqual([2, 3]);
});

test("two aborted transactions of one producer are both left out, and the committed one between them is not", () => {
  const batches = [
    batch(0n, 1n),
    batch(2n, 1n, control),
    batch(3n, 1n),
    batch(5n, 1n, control),
    batch(6n, 1n),
    batch(8n, 1n, control),
  ];
  const aborted = [
    { producerId: 1n, firstOffset: 6n },
    { producerId: 1n, firstOffset: 0n },
  ];
  expect(offsets(batches, aborted)).toEqual([3, 4]);
});

test("an answer that ends before the abort marker gives nothing of that transaction", () => {
  expect(offsets([batch(0n, 1n), batch(2n, 1n)], [{ producerId: 1n, firstOffset: 0n }])).toEqual([]);
});
