import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { type ConnectClient, type ConnectorStatus, connectClient } from "#stages/connect/client.ts";
import { parseConnector } from "#stages/connect/configuration.ts";
import { failedTrace, rootCause } from "#stages/connect/progress.ts";
import { restCatalog } from "#stages/iceberg/client.ts";
import { firstAddress } from "../../../harness/stack.ts";
import type { Delta, Ground } from "../validate/ground.ts";
import type { Proof } from "./proofs.ts";

/** What a proof came to. */
export interface Proved {
  readonly rule: string;
  /** What was seen without the remedy, and with it. */
  readonly without: string;
  readonly with: string;
  /** Whether the rule was found in each. */
  readonly found: { readonly without: boolean; readonly with: boolean };
}

/** The words for a connector whose row arrived. */
export const arrives = "the row arrives";

/** Runs a connector with the rule broken, and once more with its remedy. */
export async function prove(ground: Ground, proof: Proof): Promise<Proved> {
  const bad = await attempt(ground, proof, "bad");
  const good = await attempt(ground, proof, "good");
  return {
    rule: proof.rule,
    without: bad.outcome,
    with: good.outcome,
    found: { without: bad.rules.includes(proof.rule), with: good.rules.includes(proof.rule) },
  };
}

interface Attempted {
  readonly outcome: string;
  readonly rules: readonly string[];
}

async function attempt(ground: Ground, proof: Proof, which: "bad" | "good"): Promise<Attempted> {
  const name = `p${(attempts += 1)}`;
  const own = proof.connector === "source" ? sourceNames(name) : sinkNames(name);
  const delta = named({ ...own, ...(which === "bad" ? proof.bad : proof.good) }, name);
  await makeTopics(ground, proof, name);
  await using _ = await setElsewhere(ground, proof, { which, name });
  const ends = proof.connector === "source" ? ([delta, {}] as const) : ([{}, delta] as const);
  const rules = (await ground.findings(...ends)).map(({ rule }) => rule);
  const { settings } = parseConnector({ file: name, text: await ground.text(proof.connector, delta) });
  return { outcome: await outcomeOf({ ground, proof, name, settings }), rules };
}

let attempts = 0;

function sourceNames(name: string): Delta {
  return {
    name,
    "database.server.id": String(6000 + attempts),
    "topic.prefix": name,
    "schema.history.internal.kafka.topic": `${name}.history`,
  };
}

function sinkNames(name: string): Delta {
  return {
    name,
    topics: `${name}.rows`,
    "iceberg.tables": `proofs.${name}`,
    "iceberg.control.topic": `${name}.control`,
  };
}

function named(delta: Delta, name: string): Delta {
  return Object.fromEntries(
    Object.entries(delta).map(([key, value]) => [key, value === null ? null : value.replaceAll("{name}", name)]),
  );
}

/** The broker makes none by itself: the sink's topics with one row in them, the source's schema history. */
async function makeTopics({ kafka }: Ground, { connector }: Proof, name: string): Promise<void> {
  const one = { partitions: 1, replicas: 1 };
  if (connector === "source") return kafka.createTopics([{ name: `${name}.history`, ...one }]);
  await kafka.createTopics([`${name}.rows`, `${name}.control`].map((topic) => ({ name: topic, ...one })));
  const schema = { type: "struct", optional: false, fields: [{ field: "id", type: "int32", optional: true }] };
  const value = JSON.stringify({ schema, payload: { id: 1 } });
  await kafka.produce({ topic: `${name}.rows`, records: [{ key: null, value }] });
}

/** Breaks what lies outside the connector's file, and mends it again. */
async function setElsewhere(
  { mysql, kafka }: Ground,
  { elsewhere }: Proof,
  { which, name }: { which: "bad" | "good"; name: string },
): Promise<AsyncDisposable> {
  if (elsewhere === undefined) return { [Symbol.asyncDispose]: async () => undefined };
  if ("topic" in elsewhere) {
    await kafka.configureTopic({ topic: elsewhere.topic.replace("{name}", name), settings: elsewhere[which] });
    return { [Symbol.asyncDispose]: async () => undefined };
  }
  const set = async (value: string) => void (await mysql.execute(`SET GLOBAL ${elsewhere.mysql} = '${value}'`));
  await set(elsewhere[which]);
  return { [Symbol.asyncDispose]: () => set(elsewhere.good) };
}

interface Trying {
  readonly ground: Ground;
  readonly proof: Proof;
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

async function outcomeOf({ ground, proof, name, settings }: Trying): Promise<string> {
  const connect = connectClient(ground.stack.connect.source);
  const rejections = await connect.validate({ ...settings, name });
  const [rejected] = rejections;
  if (rejected !== undefined) return `400: ${rejected[0]}: ${rejected[1][0] ?? ""}`;
  await connect.create({ name, config: settings });
  try {
    return await watched({ ground, proof, name, connect });
  } finally {
    await connect.delete(name);
  }
}

async function watched({ ground, proof, name, connect }: Omit<Trying, "settings"> & { connect: ConnectClient }) {
  let idle = 0;
  return poll({
    what: `${name} to fail or to carry its row`,
    deadline: deadlineIn(90_000),
    everyMs: 250,
    look: async () => {
      const status = await connect.status(name);
      const trace = failedTrace(status);
      if (trace !== undefined) return seen(`FAILED: ${told(trace)}`);
      if (await hasArrived(ground, proof, name)) return seen(arrives);
      // A connector that starts has no task either, for a second or two.
      idle = isIdle(status) ? idle + 1 : 0;
      return idle < 40 ? notYet("neither") : seen("the connector is RUNNING, and no task for 10 s");
    },
  });
}

/** Where a trace ended and where it began, without the packages' names. */
function told(trace: string): string {
  const [end = ""] = trace.split("\n");
  const lines = [...new Set([end, rootCause(trace)])];
  return lines
    .map((line) => line.replaceAll(/\b(?:[a-z]\w*\.)+(?=[A-Z]\w*(?:Exception|Error)\b)/g, "").trim())
    .join(" … ");
}

function isIdle({ connector, tasks }: ConnectorStatus): boolean {
  return connector.state === "RUNNING" && tasks.length === 0;
}

async function hasArrived({ kafka, stack }: Ground, { connector }: Proof, name: string): Promise<boolean> {
  if (connector === "sink") {
    const catalog = restCatalog(firstAddress(stack.addresses, "harness->catalog"));
    return (await catalog.table({ namespace: "proofs", table: name })) !== undefined;
  }
  const topic = `${name}.shop.orders`;
  if (!(await kafka.topics()).some((each) => each.name === topic)) return false;
  return ((await kafka.endOffsets(topic)).get(0) ?? 0n) > 0n;
}
