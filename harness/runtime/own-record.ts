import { identityOf, ownIdentity } from "./processes.ts";
import type { Reaper } from "./reaping.ts";
import { createRecord, type RecordedServer, type StackRecord, writeRecord } from "./record.ts";
import { type Lease, takeLease } from "./stack-folder.ts";

const twoHoursMs = 7_200_000;

/** The record of the stack that this harness makes, and its hold on the stack once that is kept. */
export class OwnRecord {
  readonly #stackDir: string;
  #record: StackRecord;
  #lease: Lease | undefined;

  constructor({ stackDir, ...stack }: Pick<StackRecord, "runtime" | "stackId" | "folder"> & { stackDir: string }) {
    this.#stackDir = stackDir;
    this.#record = { format: 2, ...stack, harness: ownIdentity(), kept: false, details: {}, servers: [] };
    createRecord(stackDir, this.#record);
  }

  isKept(): boolean {
    return this.#record.kept;
  }

  guardedBy({ pid }: Reaper): void {
    this.#write({ reaper: identityOf(pid) });
  }

  /** Writes a server down, in the place of an earlier start of it. */
  add(server: RecordedServer): void {
    const others = this.#record.servers.filter(({ name }) => name !== server.name);
    this.#write({ servers: [...others, server] });
  }

  /** Lets the stack live on when this process ends: so long without use, two hours unless told. */
  async keep(reaper: Reaper, details: Readonly<Record<string, string>>, idleMs = twoHoursMs): Promise<void> {
    this.#lease ??= takeLease(this.#stackDir);
    this.#write({ kept: true, details });
    await reaper.keep(idleMs);
  }

  /** Lets go of a kept stack. */
  leave(): void {
    this.#lease?.[Symbol.dispose]();
  }

  #write(change: Partial<StackRecord>): void {
    this.#record = { ...this.#record, ...change };
    writeRecord(this.#stackDir, this.#record);
  }
}
