/** How much the writers write, how fast, and when they stop. What they write is the source's affair. */
export interface Workload {
  /** Connections that write at the same time, each in its own slice of the rows. */
  readonly writers: number;
  /** Row changes a second, all writers together. Undefined: as fast as MySQL takes them. */
  readonly operationsPerSecond?: number;
  readonly until: WorkloadEnd;
}

/** The act ends when so many row changes are acknowledged, or so many seconds have passed; with both, at the first. */
export interface WorkloadEnd {
  readonly operations?: number;
  readonly seconds?: number;
}
