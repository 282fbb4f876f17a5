import type { BinlogPlace } from "./positions.ts";

/** A target, worked out for the end that moves. */
export type Aim = SourceAim | SinkAim;

export interface SourceAim {
  readonly end: "source";
  /** Everything in it counts as sent. */
  readonly place: BinlogPlace;
}

export interface SinkAim {
  readonly end: "sink";
  /** The next record to be read in each partition that may move. */
  readonly offsets: readonly AimedPartition[];
  /** For a snapshot: its table, and the rows that the table got after it and still has. */
  readonly snapshot: { readonly id: string; readonly table: string; readonly laterRows: number } | undefined;
}

export interface AimedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Records from before what is left of the topic would belong to it. */
  readonly trimmed: boolean;
}
