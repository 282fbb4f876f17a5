import type { Address } from "#core/addresses.ts";
import type { Deadline } from "#core/deadline.ts";

/**
 * The port between the stages and whatever runs their servers. A stage describes a server as data; a runtime turns the
 * description into a process, or a container, and hands back a handle. Nothing here knows of processes or images.
 */

/** What kind of program it is: the native runtime finds files for it, the Docker runtime an image. */
export type Part = "mysql" | "kafka" | "connect" | "catalog" | "object-store";

/** A server, described. */
export interface ServerSpec {
  /** Its name in the stack, in faults and in the run folder: `mysql`, `kafka-1`, `connect-2`. */
  readonly name: string;
  readonly part: Part;
  /** The ports that it listens on, by name. The runtime chooses the numbers. */
  readonly ports: readonly string[];
  /** What to start, once the place is known. Called again, with the same place, for each restart. */
  readonly launch: (place: Place) => Launch;
  /** A first state of the data folder, made once for each key and copied for each server. */
  readonly prepared?: PreparedData;
  /** One real request to the server: true when it answers as a ready one does. May throw while it does not. */
  readonly ready: (address: (port: string) => Address, deadline: Deadline) => Promise<boolean>;
  readonly readyWithinMs: number;
}

/** Where a server finds itself. Paths and addresses are as the server sees them. */
export interface Place {
  /** The address to bind: loopback for a process, all interfaces for a container. */
  readonly bindHost: string;
  port(name: string): number;
  /** A folder of the server's own that survives its restarts. */
  readonly dataDir: string;
  /** The path of one of the launch's `files`. */
  file(name: string): string;
}

/** One start of a server. */
export interface Launch {
  readonly program: Program;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Configuration files by name, written where `place.file(name)` says. May hold secrets: mode 0600. */
  readonly files?: Readonly<Record<string, string>>;
}

export type Program =
  | { readonly kind: "mysqld" }
  | { readonly kind: "executable"; readonly name: "minio" | "rustfs" }
  | {
      readonly kind: "java";
      /** Which jars: a part of the lock file, or a single one. */
      readonly classpath: "kafka" | "catalog" | "object-store";
      readonly mainClass: string;
      /** Heap, collector, system properties. */
      readonly options: readonly string[];
    };

/** Data that is the same for every server of a kind and takes long to make. */
export interface PreparedData {
  /** Part of the cache's key, besides the part's version. */
  readonly key: string;
  /** The program that fills an empty data folder, and ends. */
  readonly make: (place: Place) => Launch;
  /** Files of the result that must be each server's own: deleted from the copy. */
  readonly forget: readonly string[];
}

/** A server whose ports are chosen and that is not running yet. Addresses can be handed out already. */
export interface PlacedServer {
  readonly spec: ServerSpec;
  /** The address of a port as the harness, DuckDB and proxies see it. */
  address(port: string): Address;
  /** The address of a port as the stack's other servers see it. The same on the native runtime. */
  innerAddress(port: string): Address;
  /** Starts it and waits until it is ready. */
  start(): Promise<RunningServer>;
}

export interface HasLogs {
  /** The log's file, on the harness's side. */
  readonly logFile: string;
  /** The last lines of the log, for errors. */
  logTail(lines: number): Promise<readonly string[]>;
}

export interface Killable {
  /** SIGKILL, at once. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it is gone. */
  stop(): Promise<void>;
  /** Starts it again at the same addresses on the same data, and waits until it is ready. */
  restart(): Promise<void>;
}

export interface Pausable {
  /** SIGSTOP: connections stay open, nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export interface RunningServer extends HasLogs, Killable, Pausable {
  readonly name: string;
  readonly part: Part;
  address(port: string): Address;
  innerAddress(port: string): Address;
  /** `running`, or how it ended. */
  state(): "running" | "paused" | "ended";
  /** Milliseconds from start to ready, of the last start. */
  readyMs(): number;
}

/** Something that can run servers. Owned by the stack's scope: disposing it leaves nothing running. */
export interface Runtime extends AsyncDisposable {
  readonly name: "native" | "docker" | "external";
  /** Chooses a server's ports and folder. */
  place(spec: ServerSpec): Promise<PlacedServer>;
  /** An address on which a proxy of the harness may listen, as the harness and as the servers see it. */
  proxyAddress(): Promise<{ readonly listen: Address; readonly inner: Address }>;
  /**
   * Lets the servers live on after the harness has ended. `details` are what the next harness must know to use them:
   * passwords, versions, topology.
   */
  keep(details?: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Stops the servers whose next start can be prepared from what this one has loaded, and prepares it. Names them. For
   * the end of a run or of `floe setup`; takes seconds the first time and nothing later.
   */
  archiveClasses?(): Promise<readonly string[]>;
}
