import { names, topicName } from "../people.ts";
import { connectorState, sourceOffset, type Told } from "./exact-history.ts";
import { gtidSet, type Position, type World } from "./world.ts";

/** A stored offset that is moved: from here on, what the positions tell. */
export interface SourceMove {
  readonly from: number;
  readonly to: number;
  /** While the connector is stopped; else it happens by itself. */
  readonly byHand: boolean;
}

/** The source's offset moves from one transaction to another, and the connector goes on from there to the end. */
export function withSourceMove(world: World, { from, to, byHand }: SourceMove): World {
  const offset = (last: number) => sourceOffset(world.positionMode, last);
  const numbers = world.positions.flatMap(({ kind, detail }) =>
    kind === "source" ? [Number(detail["pos"]) / 1000] : [],
  );
  const before = numbers.filter((number) => number <= from).map(offset);
  const after = numbers.filter((number) => number > to).map(offset);
  const moved = halted(names.sourceConnector, byHand, [offset(to)]);
  return { ...world, positions: timed([...others(world, "source"), ...before, ...moved, ...after]) };
}

/** The source's offset stays at this transaction. */
export function withSourceAt(world: World, last: number): World {
  const kept = world.positions.filter(({ kind, detail }) => kind !== "source" || Number(detail["pos"]) <= last * 1000);
  return { ...world, positions: kept };
}

/** The source's stored GTIDs go on behind this transaction and lack it, as those of a promoted replica that never had it. */
export function withSourceHole(world: World, missing: number): World {
  const holed = { gtids: `${gtidSet(missing - 1)}:${missing + 1}-${missing + 9}` };
  const [kept, after] = [withSourceAt(world, missing - 1), sourceOffset(world.positionMode, missing + 9)];
  return { ...world, positions: timed([...kept.positions, { ...after, detail: { ...after.detail, ...holed } }]) };
}

export interface GroupMove {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly byHand: boolean;
  /** Of the sink's two; the one for data unless told. */
  readonly group?: "sinkGroup" | "coordinatorGroup";
}

/** A group of the sink moves in one partition of its topic, and goes on from there. */
export function withGroupMove(world: World, move: GroupMove): World {
  const { partition, from, to, end, byHand, group = "sinkGroup" } = move;
  const topic = group === "sinkGroup" ? topicName : "control";
  const offset = (next: number): Told => ({
    kind: "group",
    name: names[group],
    detail: { [`${topic}/${partition}`]: next },
  });
  const moved = halted(names.sinkConnector, byHand, [offset(to)]);
  return { ...world, positions: timed([...others(world, "group"), offset(from), ...moved, offset(end)]) };
}

function halted(connector: string, byHand: boolean, told: readonly Told[]): Told[] {
  return byHand ? [connectorState(connector, "STOPPED"), ...told, connectorState(connector, "RUNNING")] : [...told];
}

function others({ positions }: World, kind: Position["kind"]): readonly Told[] {
  return positions.filter((position) => position.kind !== kind);
}

/** Far enough apart that a connector's stop covers nothing but what happens in it. */
function timed(told: readonly Told[]): Position[] {
  return told.map((position, turn) => ({ ...position, wallMs: turn * 10_000 }));
}
