import { stopwatch } from "#core/clock.ts";
import { deadlineIn } from "#core/deadline.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { Scope } from "#core/scope.ts";
import { type Clients, openClients, openMysql, openReplica, prepare } from "#pipeline";
import type { ConnectClient } from "#stages/connect/client.ts";
import { runningConnectors } from "#stages/connect/progress.ts";
import { type BinlogPosition, binlogPosition } from "#stages/mysql/binlog.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { loadRows } from "#stages/mysql/load.ts";
import { serverUuid } from "#stages/mysql/progress.ts";
import { awaitReplicated } from "#stages/mysql/replica.ts";
import type { RunParts } from "./find-parts.ts";
import { stackPlan } from "./plan.ts";
import type { Run } from "./runner.ts";
import { needsStackAlone, proxiedLinks } from "./scenario.ts";
import { openSession, type Session } from "./session.ts";

/** A stack that is ready, with the source's first rows in MySQL and the pipeline's topics in Kafka. */
export interface Ground {
  readonly session: Session;
  readonly clients: Clients;
  /** Rows that were in MySQL before the workload. */
  readonly seededRows: number;
  /** Where each server's binlog ended then, by its `server_uuid`: what follows are operations. */
  readonly seededAt: Map<string, BinlogPosition>;
  /** Stops what earlier runs left on a kept stack. The scope does so, too. */
  stopInherited(): Promise<void>;
}

interface GroundOptions {
  readonly run: Run;
  readonly parts: RunParts;
  readonly spec: PipelineSpec;
  readonly scope: Scope;
}

/** Starts the servers; each next thing happens as soon as the one server that it needs is up. */
export async function layGround({ run, parts, spec, scope }: GroundOptions): Promise<Ground> {
  const { request, clock, folder, history } = run;
  return clock.phase("start", async () => {
    const plan = stackPlan(run);
    const session = await openSession(
      {
        ...request,
        proxied: request.proxied ?? proxiedLinks(request.scenario),
        alone: needsStackAlone(request.scenario),
        plan,
        parts,
        history,
        folder: folder.path,
      },
      scope,
    );
    const { stack } = session;
    const seeding = stack.up("mysql").then(() => clock.phase("seed", () => seed(run, stack, spec)));
    const replicated = plan.replica === "none" ? undefined : seeding.then(() => replicate(stack));
    const ready = clock.step("stack ready", () => stack.ready);
    const clients = stack.up("kafka-1").then(async () => {
      await allBrokers(stack);
      const opened = await openClients({ stack, scope });
      const stopInherited = session.inherited ? await pauseInherited(opened, scope) : async () => undefined;
      await prepare({ stack, clients: opened, spec });
      return { clients: opened, stopInherited };
    });
    await Promise.all([seeding, replicated, ready, clients]);
    const { seededRows, ends } = await seeding;
    if (request.keep) await session.keep();
    else await scope.defer("class archives", () => session.archive());
    const seededAt = new Map([...ends, ...((await replicated) ?? [])]);
    return { session, ...(await clients), seededRows, seededAt };
  });
}

/**
 * Connectors of earlier runs on a kept stack are paused now and stopped when this run has settled: a stop ends tasks, which
 * rebalances the cluster, and a snapshot that a rebalance interrupts begins again. Their tables can still be looked at.
 */
async function pauseInherited({ connect }: Clients, scope: Scope): Promise<Ground["stopInherited"]> {
  const paused: { readonly cluster: ConnectClient; readonly name: string }[] = [];
  // Both may be one: what is paused already is not found again.
  for (const cluster of [connect.source, connect.sink]) {
    const names = await runningConnectors(cluster);
    await Promise.all(names.map((name) => cluster.pause(name)));
    paused.push(...names.map((name) => ({ cluster, name })));
  }
  let stopping: Promise<unknown> | undefined;
  const stop = async () => {
    await (stopping ??= Promise.all(paused.map(({ cluster, name }) => cluster.stop(name))));
  };
  await scope.defer("connectors of earlier runs", stop);
  return stop;
}

async function allBrokers(stack: Session["stack"]): Promise<void> {
  await Promise.all(stack.names.filter((name) => name.startsWith("kafka-")).map((name) => stack.up(name)));
}

/** The source may take its snapshot from the replica. */
async function replicate(stack: Session["stack"]): Promise<BinlogEnds> {
  await stack.up("mysql-replica");
  await using primary = await openMysql(stack);
  await using replica = await openReplica(stack);
  await awaitReplicated({ primary, replica, deadline: deadlineIn(60_000) });
  return await binlogEnd(replica);
}

/** Makes the run's own schema and loads the source's rows into it. */
async function seed({ request, history }: Run, stack: Session["stack"], spec: PipelineSpec) {
  const elapsed = stopwatch();
  const { source } = request.scenario;
  const { database } = spec.names;
  await using admin = await openMysql(stack);
  await admin.execute(`CREATE DATABASE \`${database}\``);
  await using client = await openMysql(stack, database);
  for (const statement of source.schema) await client.execute(statement);
  await source.learn?.((sql) => client.query(sql));
  let seededRows = 0;
  for (const step of source.seed(request.seed)) {
    if (step.kind === "rows") seededRows += await loadRows(client, { ...step, database });
    else for await (const statement of step.statements) seededRows += (await client.execute(statement)).affectedRows;
  }
  const rate = Math.round(seededRows / Math.max(0.001, elapsed() / 1000));
  history.append({
    type: "step",
    text: `${source.name} in MySQL: ${seededRows.toLocaleString("en")} rows, ${rate.toLocaleString("en")} rows/s`,
    ms: elapsed(),
  });
  return { seededRows, ends: await binlogEnd(client) };
}

type BinlogEnds = readonly [serverUuid: string, BinlogPosition][];

async function binlogEnd(client: MysqlClient): Promise<BinlogEnds> {
  return [[await serverUuid(client), await binlogPosition(client)]];
}
