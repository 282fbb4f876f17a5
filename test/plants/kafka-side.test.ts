import { afterAll, describe, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { topicOf } from "#core/pipeline-spec.ts";
import type { KafkaRecord } from "#core/ports.ts";
import { openMysql } from "#pipeline";
import type { FaultContext } from "#run/context.ts";
import type { Fault } from "#run/fault.ts";
import { faults } from "#run/faults.ts";
import { awaitRunning } from "#stages/connect/progress.ts";
import { decodeRecord } from "#stages/debezium/record.ts";
import { decodeControlEvent } from "#stages/iceberg/control-topic.ts";
import { awaitNoMembers } from "#stages/kafka/progress.ts";
import { expectFound, expectValid, plant, sharedStack } from "./planting.ts";

const stack = sharedStack();
afterAll(() => stack[Symbol.asyncDispose]());

/** A transform chain's settings that drop records under a predicate. */
function filter(chain: string, predicate: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    transforms: chain,
    "transforms.drop.type": "org.apache.kafka.connect.transforms.Filter",
    "transforms.drop.predicate": "chosen",
    predicates: "chosen",
    ...Object.fromEntries(Object.entries(predicate).map(([key, value]) => [`predicates.chosen.${key}`, value])),
  };
}
const predicates = "org.apache.kafka.connect.transforms.predicates";
const ofTitles = { type: `${predicates}.TopicNameMatches`, pattern: ".*\\.titles" };

const whileSinkStops = (strike: Fault) =>
  faults.connect.whileStopped({ connector: "sink", strike: [strike], when: { afterOperations: 15 } });

describe.concurrent("between the connector and Kafka", () => {
  test("a Filter on the source, by the topic's name", async () => {
    const told = await stack.run({ pipeline: { source: filter("drop", ofTitles) }, settleWithinMs: 20_000 });
    expectFound(told, { class: "lost", hop: "debezium->kafka", table: "titles" });
  });

  test("a key's updates swapped by a second producer", async () => {
    const told = await stack.run({
      faults: [plant("send an older update again", sendOldUpdate, { afterOperations: 38 })],
    });
    expectFound(told, { class: "duplicate", hop: "debezium->kafka" });
  });

  test("a record that no row of MySQL ever made", async () => {
    const told = await stack.run({ faults: [plant("send a record of nobody's", sendInvented)] });
    expectFound(told, { class: "phantom", hop: "debezium->kafka", table: "departments", key: "dept_no=fake" });
  });
});

describe.concurrent("between Kafka and the sink", () => {
  test("a Filter on the sink, by the topic's name", async () => {
    const told = await stack.run({ pipeline: { sink: filter("drop,cdc,meta", ofTitles) }, settleWithinMs: 40_000 });
    expectFound(told, { class: "lost", hop: "kafka->sink", table: "titles" });
  });

  test("a Filter on the sink, by a header", async () => {
    const sink = {
      ...filter("mark,drop,cdc,meta", { type: `${predicates}.HasHeaderKey`, name: "marked" }),
      predicates: "chosen,salaries",
      "predicates.salaries.type": `${predicates}.TopicNameMatches`,
      "predicates.salaries.pattern": ".*\\.salaries",
      "transforms.mark.type": "org.apache.kafka.connect.transforms.InsertHeader",
      "transforms.mark.header": "marked",
      "transforms.mark.value.literal": "yes",
      "transforms.mark.predicate": "salaries",
    };
    const told = await stack.run({ pipeline: { sink }, settleWithinMs: 40_000 });
    expectFound(told, { class: "lost", hop: "kafka->sink", table: "salaries" });
  });

  test("a value that a transform of the sink changes", async () => {
    // The envelope's rows are nested: the transform works on what the sink's own has unwrapped.
    const sink = {
      transforms: "cdc,mask,meta",
      "transforms.mask.type": "org.apache.kafka.connect.transforms.MaskField$Value",
      "transforms.mask.fields": "first_name",
      "transforms.mask.replacement": "X",
      "transforms.mask.predicate": "staff",
      predicates: "staff",
      "predicates.staff.type": `${predicates}.TopicNameMatches`,
      "predicates.staff.pattern": ".*\\.employees",
    };
    const told = await stack.run({ pipeline: { sink } });
    expectFound(told, { class: "value-changed", hop: "kafka->sink", table: "employees" });
  });

  test("records deleted from a topic before the sink read them", async () => {
    const told = await stack.run({
      faults: [whileSinkStops(plant("cut the topic", cutTopic))],
      settleWithinMs: 40_000,
    });
    expectFound(told, { class: "lost", hop: "kafka->sink", table: "departments" });
  });

  test("the sink's group moved forward", async () => {
    const told = await stack.run({
      faults: [whileSinkStops(plant("move the group forward", moveGroupForward))],
      settleWithinMs: 40_000,
    });
    expectFound(told, { class: "lost", hop: "kafka->sink", table: "departments" });
    expectFound(told, { class: "offset-ahead-of-data", hop: "kafka->sink" });
  });

  test("the sink's group moved back", async () => {
    const when = { afterOperations: 25 };
    const told = await stack.run({ faults: [faults.rewindSinkGroups({ when, groups: ["data"] })] });
    expectFound(told, { class: "duplicate", hop: "kafka->sink" });
    expectFound(told, { class: "offset-went-back", hop: "kafka->sink" });
  });

  test("two connectors writing one table", async () => {
    const told = await stack.run({ faults: [plant("start a second sink", startSecondSink)] });
    expectFound(told, { class: "duplicate", hop: "kafka->sink" });
  });
});

describe.concurrent("what is right stays valid", () => {
  test("a Filter of tombstones, which no sink stores", async () => {
    const sink = filter("drop,cdc,meta", { type: `${predicates}.RecordIsTombstone` });
    expectValid(await stack.run({ pipeline: { sink } }));
  });
});

async function recordsOf({ clients, pipeline }: FaultContext, table: string): Promise<KafkaRecord[]> {
  return recordsIn(clients, topicOf(pipeline.spec, table));
}

async function recordsIn({ kafka }: FaultContext["clients"], topic: string): Promise<KafkaRecord[]> {
  return Array.fromAsync(kafka.read({ topic, from: new Map(), to: await kafka.endOffsets(topic) }));
}

/** The oldest update of a key that has been changed again since. */
async function sendOldUpdate(context: FaultContext): Promise<void> {
  const { kafka } = context.clients;
  const table = "employees";
  const superseded = await poll({
    what: "a key with two changes",
    deadline: deadlineIn(30_000),
    look: async () => {
      for (const name of context.pipeline.spec.tables) {
        const records = (await recordsOf(context, name)).filter((record) => decodeRecord(record)?.op === "u");
        const [record] = records;
        if (record !== undefined) return seen({ name, record });
      }
      return notYet(`no update in ${table}`);
    },
  });
  const { record } = superseded;
  await kafka.produce({ topic: record.topic, records: [{ key: record.key, value: record.value }] });
}

/** A record of the snapshot, made an insert of a row that MySQL never had. */
async function sendInvented(context: FaultContext): Promise<void> {
  const [record] = await recordsOf(context, "departments");
  const invented = (text: Buffer | null | undefined) =>
    Buffer.from(
      (text ?? Buffer.alloc(0))
        .toString("utf8")
        .replaceAll(/"d00\d"/g, '"fake"')
        .replace('"op":"r"', '"op":"c"')
        .replace(/"snapshot":"\w+"/, '"snapshot":"false"'),
    );
  await context.clients.kafka.produce({
    topic: topicOf(context.pipeline.spec, "departments"),
    records: [{ key: invented(record?.key), value: invented(record?.value) }],
  });
}

/** Changes a department, and waits for its record: gives where the topic ends then. */
async function changeDepartment({ clients, pipeline, stack: servers }: FaultContext): Promise<bigint> {
  const topic = topicOf(pipeline.spec, "departments");
  const end = async () => (await clients.kafka.endOffsets(topic)).get(0) ?? 0n;
  // Before the change: Debezium can be faster than a reading that begins beside it.
  const before = await end();
  await using mysql = await openMysql(servers, pipeline.spec.names.database);
  await mysql.execute("UPDATE departments SET dept_name = 'Planted' WHERE dept_no = 'd006'");
  return poll({
    what: `one more record in ${topic}`,
    deadline: deadlineIn(60_000),
    look: async () => {
      const now = await end();
      return now > before ? seen(now) : notYet(`its end at ${now} still`);
    },
  });
}

async function cutTopic(context: FaultContext): Promise<void> {
  const end = await changeDepartment(context);
  const topic = topicOf(context.pipeline.spec, "departments");
  await context.clients.kafka.cutRecords({ topic, below: new Map([[0, end]]) });
}

async function moveGroupForward(context: FaultContext): Promise<void> {
  const { kafka } = context.clients;
  const { sinkGroup: group } = context.pipeline.spec.names;
  const end = await changeDepartment(context);
  await awaitNoMembers({ kafka, group, deadline: deadlineIn(30_000) });
  const topic = topicOf(context.pipeline.spec, "departments");
  await kafka.setGroupOffsets({ group, topic, offsets: new Map([[0, end]]) });
}

/**
 * Another sink with the same configuration and a group of its own: it reads everything once more.
 * It goes when it has committed to each table: nobody waits for it, and what it wrote later would come among the checks.
 */
async function startSecondSink({ clients, pipeline }: FaultContext): Promise<void> {
  const { spec } = pipeline;
  const { sink: connect } = clients.connect;
  const name = `${spec.names.sinkConnector}-2`;
  const group = `connect-${name}`;
  await connect.create({ name, config: { ...pipeline.sink, name } });
  await awaitRunning({ connect, connector: name, deadline: deadlineIn(60_000), logFiles: [] });
  await poll({
    what: "the second sink to commit to each table",
    deadline: deadlineIn(60_000),
    look: async () => {
      const events = (await recordsIn(clients, spec.names.controlTopic)).map(decodeControlEvent);
      const commits = events.filter((event) => event.group === group && event.type === "COMMIT_TO_TABLE");
      const tables = new Set(commits.map(({ table }) => table));
      return tables.size >= spec.tables.length ? seen(undefined) : notYet(`${tables.size} tables`);
    },
  });
  await connect.delete(name);
  await awaitNoMembers({ kafka: clients.kafka, group, deadline: deadlineIn(60_000) });
}
