import type { Address } from "#core/addresses.ts";
import { FloeError } from "#core/errors.ts";
import type { ReadFile } from "#lint/document.ts";
import { documentsOf, type Group, inOrder, type Judging, judge, silenced } from "#lint/judge.ts";
import { connectors as connectorKinds, controlTopicOf, Pipeline } from "#lint/pipeline.ts";
import type { Found } from "#lint/rule.ts";
import { sinkTables } from "#lint/sink-tables.ts";
import type { View } from "#lint/view.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { ConnectOptions } from "#stages/mysql/client.ts";
import { lookAtBucket } from "./bucket.ts";
import { type CatalogLook, lookAtCatalog } from "./catalog.ts";
import { connectFindings, pluginsOf, type Worker } from "./connect.ts";
import { controlMadeAgain } from "./control-topic.ts";
import { errorWithoutSecrets, secretsIn, withoutSecrets } from "./hide.ts";
import { type KafkaLook, lookAtKafka, reachKafka } from "./kafka.ts";
import { atTheirConnectors, readFileOf } from "./live-files.ts";
import { lookAtMysql, type MysqlLook } from "./mysql.ts";
import { type Others, othersOn, renamedPrefix } from "./others.ts";
import { notTried } from "./tell.ts";
import { wantedTopics } from "./topics.ts";

export interface Asking {
  readonly worker: Worker;
  /** In place of what the configurations say. */
  readonly mysql?: ConnectOptions | undefined;
  readonly kafka?: readonly Address[] | undefined;
}

/**
 * lint, then Connect's own validation, then, by a worker of the user's, what only the live servers know: their settings
 * are laid beside the files and judged by the same rules. What could not be asked is a finding as well (`not-tried`). No
 * finding holds a secret of these files.
 */
export async function validate(group: Group, judging: Judging, asking: Asking): Promise<readonly Found[]> {
  const documents = documentsOf([...group.files, ...(group.beside ?? [])], judging);
  const pipeline = new Pipeline({ ...judging, documents });
  const secrets = secretsIn(pipeline.views);
  const own = new Set(group.files.map(({ file }) => file));
  const connectors = pipeline.all(...connectorKinds).filter(({ document }) => own.has(document.file));
  try {
    const findings = await look({ group, judging, asking, pipeline, connectors });
    return withoutSecrets(findings, secrets).toSorted(inOrder);
  } catch (error) {
    throw errorWithoutSecrets(error, secrets);
  }
}

interface Looking {
  readonly group: Group;
  readonly judging: Judging;
  readonly asking: Asking;
  readonly pipeline: Pipeline;
  readonly connectors: readonly View[];
}

async function look(looking: Looking): Promise<Found[]> {
  const { group, judging, asking, connectors } = looking;
  const plugins = await pluginsOf(asking.worker);
  const said = await Promise.all(connectors.map((view) => connectFindings({ view, worker: asking.worker }, plugins)));
  const live = asking.worker.thrownAway ? nothingLive : await lookAround(looking);
  const files = live.files.map(({ read }) => read);
  const judged = judge(
    { files: [...files, ...group.files], beside: [...live.beside, ...(group.beside ?? [])] },
    { ...judging, brokers: live.brokers ?? judging.brokers },
  );
  const found = silenced([...said.flat(), ...live.findings], judging);
  return once([...atTheirConnectors(judged.findings, live.files), ...found]);
}

/** All that the live servers told. */
interface Live {
  readonly findings: readonly Found[];
  readonly files: readonly MysqlLook["live"][number][];
  readonly beside: readonly ReadFile[];
  readonly brokers: number | undefined;
}

const nothingLive: Live = { findings: [], files: [], beside: [], brokers: undefined };

async function lookAround(looking: Looking): Promise<Live> {
  const { asking, pipeline, connectors } = looking;
  const others = await othersOn(asking.worker, connectors);
  const sources = connectors.filter(({ kind }) => kind === "mysql-source");
  const servers = await Promise.all(
    sources.map((view) => lookAtMysql({ view, login: asking.mysql, readers: others.readers })),
  );
  const tables = tablesBySource(sources, servers);
  const kafka = await lookAtBrokers({ ...looking, tables });
  const sinks = connectors.filter(({ kind }) => kind === "iceberg-sink");
  const lakes = await Promise.all(sinks.map((view) => lookAtLake({ view, pipeline, tables, ends: kafka.ends })));
  return {
    findings: [
      ...connectors.flatMap((view) => renamedPrefix(view, others)),
      ...servers.flatMap(({ findings }) => findings),
      ...kafka.findings,
      ...lakes.flat(),
    ],
    files: firstOfEach([...servers.flatMap(({ live }) => live), ...kafka.live]),
    beside: [...besideOf(others), ...brokerFile(kafka)],
    brokers: kafka.brokers?.count,
  };
}

type Tables = ReadonlyMap<View, readonly string[] | undefined>;

function tablesBySource(sources: readonly View[], servers: readonly MysqlLook[]): Tables {
  return new Map(sources.map((view, at) => [view, servers[at]?.tables]));
}

/** Where the control topics end, for the sinks' tables; undefined where nobody could ask. */
type Ends = ReadonlyMap<string, ReadonlyMap<number, bigint>> | undefined;

async function lookAtBrokers({
  asking,
  pipeline,
  connectors,
  tables,
}: Looking & { tables: Tables }): Promise<KafkaLook & { readonly ends?: Ends }> {
  const { client, findings } = await reachKafka(connectors, { worker: pipeline.worker, given: asking.kafka });
  if (client === undefined) return { findings, live: [] };
  await using kafka = client;
  const wanted = connectors.flatMap((view) => wantedTopics(view, tables.get(view)));
  try {
    const look = await lookAtKafka({ client: kafka, connectors, wanted, pipeline });
    return { ...look, ends: await endsOf(kafka, { connectors, there: look.brokers?.topics ?? new Set() }) };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    // Rights on the cluster, most likely: a look of ours asks for more than a connector does.
    const told = `the rest at Kafka: ${error.message}: ${error.got ?? "no answer"}`;
    return { findings: connectors.slice(0, 1).flatMap((view) => notTried({ view, key: "topics", told })), live: [] };
  }
}

async function endsOf(
  kafka: KafkaClient,
  { connectors, there }: { connectors: readonly View[]; there: ReadonlySet<string> },
): Promise<Ends> {
  const control = connectors.flatMap((view) => (view.kind === "iceberg-sink" ? (controlTopicOf(view) ?? []) : []));
  const ends = await Promise.all(
    control.map(async (topic) => [topic, there.has(topic) ? await kafka.endOffsets(topic) : new Map()] as const),
  );
  return new Map(ends);
}

interface Lake {
  readonly view: View;
  readonly pipeline: Pipeline;
  readonly tables: Tables;
  readonly ends: Ends;
}

async function lookAtLake({ view, pipeline, tables, ends }: Lake): Promise<Found[]> {
  const fed = pipeline.sourcesOf(view).map((source) => tables.get(source));
  const captured = fed.length === 0 || fed.includes(undefined) ? undefined : fed.flatMap((each) => each ?? []);
  const catalog: CatalogLook = await lookAtCatalog({ view, targets: sinkTables(view, captured) });
  const end = ends?.get(controlTopicOf(view) ?? "");
  return [
    ...catalog.findings,
    ...(end === undefined ? [] : controlMadeAgain({ view, ends: end, tables: catalog.tables })),
    ...(await lookAtBucket(view, catalog.warehouse)),
  ];
}

function besideOf({ connectors }: Others): ReadFile[] {
  return connectors.map(({ label, name, config }) => readFileOf({ label, name, settings: config }));
}

function brokerFile({ brokers }: KafkaLook): ReadFile[] {
  return brokers === undefined ? [] : [readFileOf({ label: "the broker", kind: "broker", settings: brokers.settings })];
}

function firstOfEach(files: Live["files"]): Live["files"] {
  return [...new Map(files.toReversed().map((each) => [each.read.file, each])).values()].toReversed();
}

const alsoLints = /^(iceberg-control-topic-missing|dbz-topic-creation-disabled|dlq-replication-factor)$/;

/** What a file's rule and a live look both find is told once. */
function once(findings: readonly Found[]): Found[] {
  const same = ({ file, line, column, rule, key, message }: Found) =>
    JSON.stringify([file, line, column, rule, key, alsoLints.test(rule) ? "" : message]);
  return [...new Map(findings.map((each) => [same(each), each])).values()];
}
