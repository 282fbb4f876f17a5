import type { LinkName } from "#core/addresses.ts";
import type { Expectation, KnownBug } from "#core/expectation.ts";
import type { CatalogType, PipelineNames, PositionMode, Projection, RecordShape } from "#core/pipeline-spec.ts";
import type { Random } from "#core/random.ts";
import type { Row, Source } from "#core/source.ts";
import type { VersionChoice } from "#core/versions.ts";
import type { Workload } from "#core/workload.ts";
import type { ReplicaKind } from "#stages/mysql/server.ts";
import type { ScenarioCheck } from "./checks.ts";
import type { Fault } from "./fault.ts";
import { type ActMoment, type EventMoment, eventsOf } from "./moments.ts";

/** A story that can be run: what is written, what breaks, what must be true afterwards. */
export interface ScenarioDefinition {
  /** One or two sentences, told at the start of the run. */
  readonly story: string;
  /** Words to choose scenarios by: `--tag slow`. Scenarios tagged `slow` are left out of `all`. */
  readonly tags?: readonly string[];
  readonly source: Source;
  readonly workload: Workload;
  /** How the pipeline differs from the default: shape, projection, catalog, positions, partitions, tasks. */
  readonly pipeline?: PipelineOptions;
  /** How the stack differs from the default: one broker, one worker, one Connect cluster. */
  readonly stack?: StackOptions;
  readonly schemaChanges?: readonly SchemaChange[];
  readonly faults?: readonly Fault[];
  /** What is proved; the current state and the changelog unless told. */
  readonly checks?: readonly ScenarioCheck[];
  /** What is allowed, by anomaly class. Everything that is not named is expected to be zero. */
  readonly expect?: Expectation;
  /** Bugs of the servers that this scenario shows on the versions that have them. */
  readonly known?: readonly KnownBug[];
  /** Of scenarios tagged `incident`, whose names begin with their number: their row in docs/incidents.md. */
  readonly incident?: Incident;
  /** How long the rows may take to settle after the last write; milliseconds, 120,000 unless told. */
  readonly settleWithinMs?: number;
}

/** A failure that others have had. */
export interface Incident {
  /** Where they told of it: `apache/iceberg#17340`, `KAFKA-9228`. */
  readonly reported: readonly string[];
  /** What its runs show, in one sentence; Markdown. */
  readonly shows: string;
  /** The version sets, besides the default one, that it has something to say on. */
  readonly alsoOn?: readonly VersionChoice[];
}

export interface PipelineOptions {
  readonly shape?: RecordShape;
  readonly projection?: Partial<Projection>;
  readonly catalog?: CatalogType;
  readonly positions?: PositionMode;
  readonly partitions?: number;
  readonly sinkTasks?: number;
  /** The source hears signals: for `faults.debezium.snapshot`. */
  readonly signals?: boolean;
  /** Settings over those of connectors/mysql-source.json: a transform, a predicate. */
  readonly source?: Readonly<Record<string, string>>;
  /** Settings over those of connectors/iceberg-sink.json. */
  readonly sink?: Readonly<Record<string, string>>;
  /** A pipeline that somebody else has described. It needs a stack of its own: its names are the same in every run. */
  readonly given?: GivenPipeline;
}

/** Whole configurations in the place of the project's own, `${floe:…}` allowed, and the names that they use. */
export interface GivenPipeline {
  readonly source: Readonly<Record<string, string>>;
  readonly sink: Readonly<Record<string, string>>;
  readonly names: PipelineNames;
  /** Texts that may stand in these configurations, under misspelt keys as well, and in no evidence. */
  readonly secrets?: readonly string[];
  /** By table, where the source renames its topics. */
  readonly topics?: Readonly<Record<string, string>>;
}

export interface StackOptions {
  readonly brokers?: 1 | 3;
  readonly workers?: 1 | 2;
  /** `shared`: one Connect cluster for both connectors. `separate`: one for each, as MSK Connect has it. */
  readonly topology?: "shared" | "separate";
  /** A second MySQL that replicates the first; the source reads its binlog instead, unless it is a standby. GTIDs have to be on. */
  readonly replica?: ReplicaKind;
  /** Memory for each worker's JVM; 768 MB unless told. */
  readonly workerHeapMb?: number;
}

/** DDL in the middle of the workload, and what the writers do with the new column from then on. */
export interface SchemaChange {
  readonly when: ActMoment;
  readonly sql: string;
  readonly afterwards?: {
    readonly table: string;
    /** The probability that a transaction is one of these updates. */
    readonly chance: number;
    readonly set: (row: Row, random: Random) => Row;
  };
}

/** A scenario as its file exports it. The brand tells it from any other object. */
export interface Scenario extends ScenarioDefinition {
  readonly kind: "floe-scenario";
}

/** Declares a scenario. The default export of a scenario file. */
export function defineScenario(definition: ScenarioDefinition): Scenario {
  return { kind: "floe-scenario", ...definition };
}

/** Whether others on its stack would feel what a scenario does. A proxy stands in a link for all that use it. */
export function needsStackAlone(scenario: ScenarioDefinition): boolean {
  const { faults = [], pipeline } = scenario;
  return (
    pipeline?.given !== undefined ||
    faults.some(({ ownPipeline }) => ownPipeline !== true) ||
    proxiedLinks(scenario).size > 0
  );
}

/** The links that a scenario wants a proxy in: for its faults, or to see a request come. */
export function proxiedLinks(scenario: ScenarioDefinition): ReadonlySet<LinkName> {
  const awaited = eventsAwaited(scenario).flatMap((event) => ("link" in event ? [event.link] : []));
  return new Set([...(scenario.faults ?? []).flatMap(({ links = [] }) => links), ...awaited]);
}

/** The events that its faults, their parts, and its schema changes wait for. */
export function eventsAwaited({
  faults = [],
  schemaChanges = [],
}: ScenarioDefinition): readonly EventMoment["event"][] {
  const own = [...faults, ...schemaChanges].flatMap(({ when }) => eventsOf(when));
  return [...own, ...faults.flatMap(({ awaits = [] }) => awaits)];
}
