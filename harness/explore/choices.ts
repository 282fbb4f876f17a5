import type { CatalogLink, LinkName, StoreLink } from "#core/addresses.ts";
import type { Random } from "#core/random.ts";
import type { Fault } from "#run/fault.ts";
import { faults } from "#run/faults.ts";
import { sinkSteps } from "#run/happening.ts";
import type { EventMoment } from "#run/moments.ts";
import { stackServers } from "#run/plan.ts";
import type { Scenario } from "#run/scenario.ts";
import type { HttpRule } from "#runtime/proxy/http/book.ts";
import type { CatalogKind, StoreKind } from "#runtime/proxy/http/kinds.ts";
import type { Strike } from "./plan.ts";

/** A fault that a plan may have. All of them are faults that a pipeline has to bear without a trace in the lake. */
export interface Choice {
  /** What it strikes. Where another fault strikes already, it would heal that one, or meet nothing. */
  readonly on: readonly string[];
  /** How likely among the others. */
  readonly weight: number;
  draw(random: Random, afterOperations: number): Strike;
}

const streaming: readonly LinkName[] = ["debezium->mysql", "debezium->kafka", "worker->kafka", "sink->kafka"];
const lake: readonly LinkName[] = ["sink->catalog", "sink->object-store"];

/** Everything that may be drawn on the stack of this scenario. */
export function choices(base: Scenario): readonly Choice[] {
  const { tables } = base.source;
  const servers = stackServers(base);
  const rest = base.pipeline?.catalog !== "hadoop";
  return [
    ...servers.flatMap(onServer),
    ...[...streaming, ...lake].filter((link) => rest || link !== "sink->catalog").flatMap(onLink),
    ...requests(rest),
    ...mysql,
    ...connectors(servers.filter((name) => name.startsWith("connect"))),
    ...(rest ? tables.map((table) => burst(table, tables.length)) : []),
  ];
}

function onServer(server: string): Choice[] {
  return [
    choice([server], 3, (random, when) =>
      strike("kill", faults.kill, server, { ...when, restartAfterMs: random.int(0, 1_500) }),
    ),
    choice([server], 1, (random, when) =>
      strike("stop", faults.stop, server, { ...when, restartAfterMs: random.int(0, 1_500) }),
    ),
    choice([server], 2, (random, when) =>
      strike("pause", faults.pause, server, { ...when, forMs: random.int(200, 3_000) }),
    ),
  ];
}

function onLink(link: LinkName): Choice[] {
  const brief = (random: Random) => ({ forMs: random.int(200, 3_000) });
  return [
    choice(ends(link), 1, (random, when) => strike("cut", faults.cut, link, { ...when, ...brief(random) })),
    choice(ends(link), 1, (random, when) => strike("blackHole", faults.blackHole, link, { ...when, ...brief(random) })),
    choice(ends(link), 1, (random, when) =>
      strike("delay", faults.delay, link, { ...when, ms: random.int(20, 400), ...brief(random) }),
    ),
    choice(ends(link), 1, (random, when) =>
      strike("jitter", faults.jitter, link, { ...when, fromMs: 0, toMs: random.int(50, 400), ...brief(random) }),
    ),
  ];
}

/** Answers that a client has to put up with once in a while. */
function requests(rest: boolean): Choice[] {
  const once = { times: 1 } as const;
  const slowDown = amongRows(ends("sink->object-store"), 2, (random, when) =>
    strike("http", onStore, "sink->object-store", {
      ...when,
      on: { kind: "put-data-file", nth: random.int(1, 3) },
      do: { answer: { status: 503 } },
    }),
  );
  const committed = amongRows(ends("sink->catalog"), 2, (random, when) =>
    strike("http", onCatalog, "sink->catalog", {
      ...when,
      on: { kind: "commit", nth: random.int(1, 3) },
      do: { forwardThenAnswer: { status: 502 } },
    }),
  );
  const coordinator = amongRows(ends("sink->kafka"), 2, (_, when) =>
    strike("kafka", faults.kafka, "sink->kafka", { ...when, api: "EndTxn", error: "NOT_COORDINATOR", ...once }),
  );
  return [slowDown, coordinator, ...(rest ? [committed] : [])];
}

// Of an overloaded function only the last way of calling it is seen from outside.
type On<Link, Kind extends string> = (link: Link, when: { readonly afterOperations: number } & HttpRule<Kind>) => Fault;
const onStore: On<StoreLink, StoreKind> = (link, when) => faults.http(link, when);
const onCatalog: On<CatalogLink, CatalogKind> = (link, when) => faults.http(link, when);

const mysql: readonly Choice[] = [
  choice(["mysql"], 1, (_, when) => strike("mysql.rotateBinlogs", faults.mysql.rotateBinlogs, when)),
  choice(["mysql"], 2, (_, when) =>
    strike("mysql.killConnections", faults.mysql.killConnections, { of: "debezium", when }),
  ),
];

/** A worker that is away takes no orders. */
const connectors = (workers: readonly string[]): Choice[] =>
  (["source", "sink"] as const).flatMap((connector) => [
    choice([`the ${connector}`, ...workers], 2, (_, when) =>
      strike("connect.restart", faults.connect.restart, { connector, when }),
    ),
    choice([`the ${connector}`, ...workers], 1, (random, when) =>
      strike("connect.pause", faults.connect.pause, { connector, forMs: random.int(200, 3_000), when }),
    ),
  ]);

function burst(table: string, tables: number): Choice {
  return amongRows([`table ${table}`, "catalog"], 2 / tables, (random, when) =>
    strike("lake.commitBurst", faults.lake.commitBurst, {
      when,
      table,
      perSecond: random.int(2, 20),
      forMs: random.int(500, 3_000),
    }),
  );
}

type Drawn = Pick<Strike, "fault" | "text">;

/** After so many row changes, or at a step of the sink's after them. */
type When = { readonly afterOperations: number } | (EventMoment & { readonly afterOperations: number });

/** What bites whenever it comes. */
function choice(on: readonly string[], weight: number, draw: (random: Random, when: When) => Drawn): Choice {
  return amongRows(on, weight, (random, { afterOperations }) => draw(random, drawMoment(random, afterOperations)));
}

/** What bites only while rows come. */
function amongRows(
  on: readonly string[],
  weight: number,
  draw: (random: Random, when: { readonly afterOperations: number }) => Drawn,
): Choice {
  return {
    on,
    weight,
    draw: (random, afterOperations) => ({ ...draw(random, { afterOperations }), on, afterOperations }),
  };
}

/** A step of the sink's in one case of three. */
function drawMoment(random: Random, afterOperations: number): When {
  if (random.int(1, 3) > 1) return { afterOperations };
  return { afterOperations, event: { control: random.pick(sinkSteps) } };
}

/** A link, and the server that it leads to: while that is down, nothing passes. */
function ends(link: LinkName): string[] {
  const [, to = ""] = link.split("->");
  return [link, to === "kafka" ? "kafka-1" : to];
}

function strike<Args extends readonly unknown[]>(name: string, make: (...args: Args) => Fault, ...args: Args): Drawn {
  return { fault: make(...args), text: `faults.${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})` };
}
