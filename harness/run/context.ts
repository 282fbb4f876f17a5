import type { History } from "#core/history.ts";
import type { Clients, Pipeline } from "#pipeline";
import type { RunningServer } from "#runtime/port.ts";
import type { LakeQuery } from "#stages/duckdb/client.ts";
import type { BinlogPosition } from "#stages/mysql/binlog.ts";
import type { Stack } from "../stack.ts";
import type { Happenings } from "./happenings.ts";
import type { Ledger } from "./ledger.ts";
import type { Moments } from "./moments.ts";
import type { Monitor } from "./monitor.ts";

/** What a fault may reach for. */
export interface FaultContext {
  /** Of the run: what a fault draws, it draws from here. */
  readonly seed: number;
  readonly stack: Stack;
  readonly server: (name: string) => Promise<RunningServer>;
  readonly clients: Clients;
  readonly pipeline: Pipeline;
  readonly ledger: Ledger;
  readonly history: History;
  readonly monitor: Monitor;
  readonly happenings: Happenings;
  readonly moments: Pick<Moments, "fromNow" | "seen">;
  /**
   * Where each server's binlog ended when the first rows had been loaded, by its `server_uuid`. Who resets a binlog takes it out:
   * what it held cannot be read any more.
   */
  readonly seededAt: Map<string, BinlogPosition>;
  /** Opens the lake as another writer has it, and closes it when the change is made. */
  readonly changeLake: (change: (lake: LakeQuery) => Promise<void>) => Promise<void>;
}
