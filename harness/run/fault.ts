import type { LinkName } from "#core/addresses.ts";
import type { FaultContext } from "./context.ts";
import type { EventMoment, Moment } from "./moments.ts";

/** Something that is broken on purpose, and mended again. Data and four functions; `faults.*` make them. */
export interface Fault {
  /** `kill connect-1 after 500 operations`. */
  readonly label: string;
  readonly when: Moment;
  /** Links that must run through a proxy of the harness for this fault. */
  readonly links?: readonly LinkName[];
  /** The servers that it strikes: where MySQL is one, a commit's answer may get lost, and writers choose their GTIDs. */
  readonly servers?: readonly string[];
  /** What the pipeline must have for it: positions by GTID, a source that hears signals. */
  readonly needs?: readonly ("gtids" | "signals")[];
  /** The events that its parts wait for while it stands. */
  readonly awaits?: readonly EventMoment["event"][];
  /** True where only the run's own pipeline feels it: others may use the stack meanwhile. */
  readonly ownPipeline?: boolean;
  /** Breaks it. Returns what heals it and what proves that the blow landed. */
  readonly inject: (context: FaultContext) => Promise<InjectedFault>;
}

/** A fault that has struck. */
export interface InjectedFault {
  /** Resolves when it has done all that it is to do, or gives up on it: so long it outlasts the act. */
  readonly outlasts?: () => Promise<void>;
  /** Mends what was broken. Called once, however the run goes on. */
  heal(): Promise<void>;
  /** The mark: what was observed that would not have been without the fault. Undefined: it never bit. */
  proof(): Promise<string | undefined>;
  /** Why there is no mark, where it knows: no such request came, or it was one that could not be answered. */
  readonly excuse?: () => string | undefined;
  /** When the runner is to heal it: milliseconds after the blow. Undefined: when the act is over. */
  readonly healAfterMs?: number;
  /** Counts that it announces, by name: `expect: { duplicates: { equals: "rewound" } }` compares with them. */
  readonly announced?: () => Promise<Readonly<Record<string, number>>>;
  /** True when rows must flow again after it: the time from the blow to the next row in the lake is `recoverMs`. */
  readonly interruptsFlow?: boolean;
}
