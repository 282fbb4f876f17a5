import { afterAll, beforeAll, expect, test } from "vitest";
import { nothingLeftOut, type PipelineSpec, pipelineNames, plainPipeline } from "#core/pipeline-spec.ts";
import { configurationsOf } from "#pipeline";
import { examine, refusal } from "#rehearsal/examine.ts";
import { transplant } from "#rehearsal/transplant.ts";
import { connectClient } from "#stages/connect/client.ts";
import { pairOf } from "../../unit/rehearsal/pair.ts";
import { type Ground, layGround } from "../validate/ground.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await layGround();
});
afterAll(async () => {
  await ground?.[Symbol.asyncDispose]();
});

/** What the stack's worker says to a pair of files, as it would be sent. */
async function said(over: Parameters<typeof pairOf>[0]) {
  const { stack } = ground;
  const pair = pairOf(over);
  const given = transplant(pair);
  const runId = "test";
  const names = pipelineNames({ source: "shop", runId });
  const spec: PipelineSpec = {
    ...plainPipeline,
    runId,
    profile: "fast",
    projection: nothingLeftOut,
    tables: ["orders"],
    names,
  };
  const { source, sink } = await configurationsOf({ stack, spec, overrides: { source: {}, sink: {} }, given });
  const connect = connectClient(stack.connect.source);
  const sending = { source: { connect, config: source }, sink: { connect, config: sink } };
  const findings = await examine({ pair, mapped: given.mapped, sending });
  return { findings, refused: refusal(findings), places: findings.map(placeOf) };
}

const placeOf = ({ file, line, column, rule, key }: Awaited<ReturnType<typeof examine>>[number]) =>
  `${rule} ${file}:${line}:${column} ${key}`;

test("a pair that Connect takes has no finding, though hosts and logins are another's", async () => {
  expect(await said({})).toEqual({ findings: [], refused: undefined, places: [] });
});

test("what Connect rejects is told at its line in either file, and ends the run", async () => {
  const { places, refused } = await said({
    source: { "snapshot.mode": "inital" },
    sink: { "errors.tolerance": "some" },
  });
  expect(places).toEqual([
    "connect-validate sink.json:14:5 errors.tolerance",
    "connect-validate source.json:11:5 snapshot.mode",
  ]);
  expect(refused).toMatchObject({
    code: "CONNECTOR_REJECTED",
    message: "Connect rejects sink.json: errors.tolerance; source.json: snapshot.mode",
  });
});

test("a setting that is missing is told where the connector's class stands", async () => {
  const { places } = await said({ source: { "topic.prefix": undefined } });
  expect(places).toEqual(["connect-validate source.json:4:5 topic.prefix"]);
});

test("a class that is nearly one of the worker's is told", async () => {
  const { places, refused } = await said({
    source: { "connector.class": "io.debezium.conector.mysql.MySqlConnector" },
  });
  expect(places).toEqual(["connector-class-not-installed source.json:4:5 connector.class"]);
  expect(refused?.code).toBe("CONNECTOR_REJECTED");
});

test.each([
  [
    "a schema history that is not in Kafka",
    {
      "schema.history.internal": "io.debezium.storage.s3.history.S3SchemaHistory",
      "schema.history.internal.kafka.topic": undefined,
    },
  ],
  ["a topic's name that production alone knows", { "schema.history.internal.kafka.topic": "${env:HISTORY}" }],
])("%s is no finding: the stack has its own", async (_, source) => {
  expect((await said({ source })).places).toEqual([]);
});

const router = { transforms: "r", "transforms.r.type": "org.apache.kafka.connect.transforms.RegexRouter" };

test.each([
  [
    "a login that only production's driver can do",
    { "driver.socketFactory": "com.example.F" },
    ["5:5 database.hostname"],
  ],
  [
    "a value that is not known, and is needed",
    { ...router, "transforms.r.replacement": "x", "transforms.r.regex": "${env:R}" },
    ["14:5 transforms.r.regex"],
  ],
  ["a class of nobody's", { predicates: "p", "predicates.p.type": "com.example.P" }, ["12:5 predicates.p.type"]],
  [
    "a version that the stack lacks",
    { "connector.plugin.version": "[3.5,3.6)" },
    ["4:5 connector.class", "11:5 connector.plugin.version"],
  ],
])("%s is not tried, which is no rejection", async (_, source, at) => {
  const { places, refused } = await said({ source });
  expect(places).toEqual(at.map((place) => `not-tried source.json:${place}`));
  expect(refused?.code).toBe("CONNECTOR_NOT_TRIED");
});

test("no message holds a secret of the files, wherever Connect repeats it", async () => {
  const { findings } = await said({
    source: { "decimal.handling.mode": "hunter2", "errors.retry.timeout": "hunter2" },
  });
  expect(findings.map(({ key }) => key)).toContain("errors.retry.timeout");
  expect(JSON.stringify(findings.map(({ message, remedy }) => [message, remedy]))).not.toContain("hunter2");
});

test("a file that does not want them told has none", async () => {
  const off = { _floe: { off: ["connect-validate"] }, "snapshot.mode": "inital" };
  expect((await said({ source: off })).findings).toEqual([]);
});
