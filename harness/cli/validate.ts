import type { Command } from "commander";
import { z } from "zod";
import type { Address } from "#core/addresses.ts";
import { hostPort } from "#core/addresses.ts";
import { usageError } from "#core/errors.ts";
import { Scope } from "#core/scope.ts";
import type { ReadFile } from "#lint/document.ts";
import { byFolder, documentsOf, type Judging } from "#lint/judge.ts";
import { connectors } from "#lint/pipeline.ts";
import type { Found } from "#lint/rule.ts";
import { addressIn, mysqlLoginIn } from "#offsets/place.ts";
import { chooseRuntime } from "#run/choose-runtime.ts";
import { connectClient } from "#stages/connect/client.ts";
import type { Worker } from "#validate/connect.ts";
import { startWorker } from "#validate/thrown-away.ts";
import { type Asking, validate } from "#validate/validate.ts";
import { addJudgingFlags, judgedBy, judgingFlags, settingsFor, tellFindings } from "./judging-flags.ts";
import { nothingAsked, unrecognised } from "./lint-answers.ts";
import { type Asked, readAsked, readBeside } from "./lint-files.ts";
import { addStackFlags, readStackFlags } from "./options.ts";
import { interruption } from "./terminal.ts";

const flags = judgingFlags.extend({
  connect: z.string().optional(),
  kafka: z.string().optional(),
  mysql: z.string().optional(),
});
type Flags = z.infer<typeof flags>;

/** `floe validate`: lint, then Connect's own validation, then what only live servers know. */
export function addValidate(program: Command, ends: (exitCode: number) => void): void {
  const command = program
    .command("validate")
    .description("lint, and ask a Connect worker and the live servers behind it; starts a worker unless given one")
    .argument("[file...]", "connector files, or folders of them");
  addStackFlags(addJudgingFlags(command))
    .option("--connect <url>", "a worker that runs already; its MySQL, Kafka, catalog and bucket are asked as well")
    .option("--kafka <host:port,...>", "brokers to ask, in place of those that the files name")
    .option("--mysql <url>", "mysql://user:password@host:port to ask MySQL by; also FLOE_MYSQL")
    .action(async (files: string[], options: unknown) => ends(await validateFiles(files, options)));
}

async function validateFiles(paths: readonly string[], given: unknown): Promise<number> {
  const options = flags.parse(given);
  const asked = [...paths, ...options.pipeline];
  if (asked.length === 0) throw nothingAsked();
  const settings = await settingsFor(options.config);
  const judging = judgedBy(options, settings);
  const read = await readAsked(asked, options.over);
  refuseStrangers(read, judging);
  const login = addressesIn(options);
  await using scope = new Scope("validate");
  const stopped = interruption();
  const ending = () => void scope[Symbol.asyncDispose]();
  stopped.addEventListener("abort", ending, { once: true });
  const worker = options.connect === undefined ? await ourWorker(given, scope) : theirWorker(options.connect);
  const findings: Found[] = [];
  for (const [folder, own] of byFolder(read.files)) {
    const beside = options.alone ? [] : await readBeside(folder, own, options.over);
    findings.push(...(await validate({ files: own, beside }, judging, { worker, ...login })));
  }
  return tellFindings({ findings, files: read.files.map(({ file }) => file), options, settings });
}

async function ourWorker(given: unknown, scope: Scope): Promise<Worker> {
  const { profile, plugin, stateDir, ...stack } = readStackFlags(given);
  const chosen = await chooseRuntime(stack);
  const parts = { ...stack, ...chosen, plugins: plugin };
  return startWorker({ parts, profile, stateDir, scope, note: (text) => console.error(text) });
}

function theirWorker(url: string): Worker {
  if (/^https:/i.test(url.trim()))
    throw usageError({
      code: "CONNECT_TLS",
      what: "--connect names a worker behind TLS, which this command does not speak",
      got: url.replace(/\/\/[^@/]*@/, "//***@"),
      remedy: "give its plain listener, or a tunnel's: --connect http://HOST:8083",
    });
  const address = addressIn("--connect", url, 8083);
  return { connect: connectClient(address), where: hostPort(address), thrownAway: false };
}

function addressesIn({ connect, kafka, mysql = process.env["FLOE_MYSQL"] }: Flags): Omit<Asking, "worker"> {
  if (connect === undefined) {
    if (kafka === undefined) return {};
    throw usageError({
      code: "CONNECT_NOT_GIVEN",
      what: "--kafka is for a pipeline that runs already, and its worker was not given",
      remedy: "give --connect URL as well",
    });
  }
  const brokers: readonly Address[] | undefined = kafka?.split(",").map((each) => addressIn("--kafka", each));
  return { kafka: brokers, mysql: mysql === undefined ? undefined : mysqlLoginIn(mysql) };
}

function refuseStrangers({ files, named }: Asked, judging: Judging): void {
  const kindsOf = (file: ReadFile) => documentsOf([file], judging).map(({ kind }) => kind);
  const readable = files.filter(({ problems }) => problems.length === 0);
  const strange = readable.filter((file) => named.has(file.file) && kindsOf(file).length === 0);
  if (strange.length > 0) throw unrecognised(strange.map(({ file }) => file));
  const some = files.some((file) => kindsOf(file).some((kind) => connectors.includes(kind)));
  if (some || readable.length < files.length) return;
  throw usageError({
    code: "NOTHING_TO_VALIDATE",
    what: "none of these files holds a connector's configuration",
    expected: "a connector's JSON, YAML or properties",
    remedy: "floe validate connectors/*.json; floe lint judges the other kinds",
    evidence: files.map(({ file }) => file).slice(0, 10),
  });
}
