import { type Command, Option } from "commander";
import { z } from "zod";
import { environmentError, usageError } from "#core/errors.ts";
import { addressIn, mysqlLoginIn, type Place } from "#offsets/place.ts";
import { addressOf, newestKept, secretsOf } from "#run/kept-stack.ts";
import { stateFolder } from "#run/state.ts";
import type { StackRecord } from "#runtime/record.ts";
import { connectClient } from "#stages/connect/client.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";

const flags = z.object({
  source: z.string().optional(),
  sink: z.string().optional(),
  kafka: z.string().optional(),
  connect: z.string().optional(),
  connectSink: z.string().optional(),
  mysql: z.string().optional(),
  catalog: z.string().optional(),
  rest: z.boolean(),
  offsetsTopic: z.string().optional(),
  schemaHistoryTopic: z.string().optional(),
});
type Flags = z.infer<typeof flags>;

/** Adds the options that say which pipeline is meant: one on a kept stack unless `--kafka` is given. */
export function addPlaceFlags(command: Command): Command {
  return command
    .option("--source <name>", "the source connector; on a kept stack, the newest")
    .option("--sink <name>", "the sink connector")
    .option("--kafka <host:port,...>", "a pipeline elsewhere: its brokers. What is not given with it is unknown")
    .option("--connect <url>", "its Connect worker")
    .option("--connect-sink <url>", "the worker of the sink's cluster, where it has one of its own")
    .addOption(new Option("--mysql <url>", "mysql://user:password@host:port").env("FLOE_MYSQL"))
    .option("--catalog <url>", "its Iceberg REST catalog")
    .option("--no-rest", "no Connect REST interface: the source's offset is read from and written to the offsets topic")
    .option("--offsets-topic <name>", "where Connect stores the source's offset; for --no-rest")
    .option("--schema-history-topic <name>", "Debezium's; for --no-rest");
}

/** The pipeline that the options mean. */
export async function readPlace(options: unknown): Promise<Place> {
  const given = flags.parse(options);
  const place = given.kafka === undefined ? await placeOnKept(given) : placeElsewhere(given, given.kafka);
  if (given.rest || given.offsetsTopic !== undefined) return place;
  throw usageError({
    code: "PART_NOT_GIVEN",
    what: "without a REST interface the source's offset is in Connect's offsets topic, and that is not given",
    remedy:
      "give --offsets-topic NAME: the worker's offset.storage.topic, or the connector's own offsets.storage.topic",
  });
}

function placeElsewhere(given: Flags, kafka: string): Place {
  const url = given.connect;
  if (given.rest && url === undefined) throw restNotGiven();
  const source = addressIn("--connect", url ?? "none:0");
  return {
    ...named(given),
    kafka: kafka.split(",").map((each) => addressIn("--kafka", each)),
    connect: given.rest ? { source, sink: addressIn("--connect-sink", given.connectSink ?? url ?? "") } : undefined,
    mysql: given.mysql === undefined ? undefined : mysqlLoginIn(given.mysql),
    catalog: given.catalog === undefined ? undefined : addressIn("--catalog", given.catalog, 80),
  };
}

async function placeOnKept(given: Flags): Promise<Place> {
  const record = await newestKept(stateFolder(process.env), { with: "kafka-1" });
  const brokers = record.servers.filter(({ part }) => part === "kafka").map(({ name }) => name);
  const connect = { source: workerOf(record, "source"), sink: workerOf(record, "sink") };
  const newest = await newestPipeline(connect);
  const hasCatalog = record.servers.some(({ name }) => name === "catalog");
  const { harness: user } = mysqlUsers;
  return {
    ...named(given),
    sourceConnector: given.source ?? newest.source,
    sinkConnector: given.sink ?? newest.sink,
    kafka: brokers.map((name) => addressOf(record, name, "harness")),
    connect: given.rest ? connect : undefined,
    mysql: { address: addressOf(record, "mysql", "sql"), user, password: secretsOf(record).mysql.harness },
    catalog: hasCatalog ? addressOf(record, "catalog", "rest") : undefined,
  };
}

function named({ source, sink, offsetsTopic, schemaHistoryTopic }: Flags) {
  return { sourceConnector: source, sinkConnector: sink, offsetsTopic, schemaHistoryTopic };
}

/** One cluster for both ends, or one for each. */
function workerOf(record: StackRecord, end: "source" | "sink") {
  const own = record.servers.find(({ name }) => name === `connect-${end}-1`);
  return addressOf(record, own?.name ?? "connect-1", "rest");
}

/** A run id begins with the time, so the last by its name is the newest. */
async function newestPipeline(connect: NonNullable<Place["connect"]>) {
  const newest = async (end: "source" | "sink") =>
    (await connectClient(connect[end]).connectors())
      .filter((name) => name.endsWith(`-${end}`))
      .toSorted()
      .at(-1);
  const found = { source: await newest("source"), sink: await newest("sink") };
  if (found.source !== undefined || found.sink !== undefined) return found;
  throw environmentError({ code: "NO_PIPELINE", what: "the kept stack has no pipeline", remedy: "./floe up" });
}

function restNotGiven(): Error {
  return usageError({
    code: "PART_NOT_GIVEN",
    what: "--kafka names a pipeline elsewhere, and its Connect worker is not given",
    remedy: "give --connect URL, or --no-rest where there is no REST interface",
  });
}
