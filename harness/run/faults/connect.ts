import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import type { Configuration } from "#stages/connect/configuration.ts";
import { awaitOutcome, awaitStopped } from "#stages/connect/progress.ts";
import { pipelineVariables, resolveVariables } from "#stages/connect/variables.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { atOnce, type Moment, timed } from "../moments.ts";
import { type End, endOf, sessions } from "../sessions.ts";
import { renewed, resumed, takenUp } from "./connector-end.ts";
import { changesInTopics } from "./offsets.ts";
import { after, needsOf, strikePart, together, unhealed } from "./parts.ts";

/** What is done to connectors through Connect. Without a moment of its own, each strikes as the act begins. */
export const connectFaults = {
  restart: restartConnector,
  pause: pauseConnector,
  whileStopped,
  changeConfig,
  deleteAndRecreate,
  twin,
} as const;

export interface RestartConnector {
  readonly connector: End;
  /** Only what has FAILED. */
  readonly onlyFailed?: boolean;
  readonly when?: Moment;
}

/** Restarts a connector and its tasks through Connect. The mark: its sessions with MySQL, or Kafka, are others. */
function restartConnector({ connector, onlyFailed = false, when = atOnce }: RestartConnector): Fault {
  return {
    label: timed(`restart the ${connector}${onlyFailed ? "'s failed tasks" : ""}`, when),
    when,
    inject: async (context) => {
      const { connect, name } = endOf(context, connector);
      const before = await sessions(context, connector);
      const { tasks } = await connect.restart(name, { onlyFailed });
      const restarted = tasks.filter(({ state }) => state === "RESTARTING").length;
      const proof = restarted === 0 ? undefined : await renewed({ context, end: connector, before });
      return unhealed(proof);
    },
  };
}

export interface PauseConnector {
  readonly connector: End;
  readonly forMs: number;
  readonly when?: Moment;
}

/** Pauses a connector: its tasks stay and do nothing. */
function pauseConnector({ connector, forMs, when = atOnce }: PauseConnector): Fault {
  return {
    label: timed(`pause the ${connector} for ${forMs} ms`, when),
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { connect, name } = endOf(context, connector);
      await connect.pause(name);
      await poll({
        what: `the ${connector} to pause`,
        deadline: deadlineIn(30_000),
        look: async () => {
          const { connector: own, tasks } = await connect.status(name);
          const states = [own, ...tasks].map(({ state }) => state);
          return states.every((state) => state === "PAUSED") ? seen(undefined) : notYet(states.join(", "));
        },
      });
      return {
        healAfterMs: forMs,
        heal: () => resumed({ context, end: connector }),
        proof: async () => `${name} was PAUSED`,
      };
    },
  };
}

export interface WhileStopped {
  readonly connector: End;
  readonly when?: Moment;
  /** What happens to it meanwhile, one after the other. Their own moments don't count. */
  readonly strike?: readonly Fault[];
  /** `act-over`: it resumes when the writers have ended, and has caught up before the last rows are written. At once unless told. */
  readonly until?: "act-over";
}

/**
 * Stops a connector, strikes while it stands, heals what was struck, and resumes it. Of the source it announces `missed`: row
 * changes of the writers' that were in no topic when it resumed.
 */
function whileStopped({ connector, when = atOnce, strike = [], until }: WhileStopped): Fault {
  const verbs = [`stop the ${connector}`, ...strike.map(({ label }) => label), "resume it"];
  return {
    label: timed(verbs.join(", "), when),
    when,
    ...needsOf(strike),
    inject: async (context) => {
      const { connect, name } = endOf(context, connector);
      await connect.stop(name);
      await awaitStopped({ connect, connector: name, deadline: deadlineIn(60_000), logFiles: [] });
      const delivered = connector === "source" ? (await changesInTopics(context)).length : 0;
      let missed = 0;
      const struck: InjectedFault[] = [];
      for (const fault of strike) struck.push(await strikePart(fault, context));
      const all = together(struck);
      return {
        ...all,
        ...(until === undefined ? { healAfterMs: 0 } : {}),
        heal: async () => {
          for (const each of struck.toReversed()) await each.heal();
          missed = context.ledger.operations() - delivered;
          await resumed({ context, end: connector, caughtUp: until !== undefined });
        },
        proof: () => after(`${name} was STOPPED`, all.proof()),
        announced: async () => ({ ...(await all.announced()), ...(connector === "source" ? { missed } : {}) }),
      };
    },
  };
}

export interface ChangeConfig {
  readonly connector: End;
  /** Laid over its configuration; `${floe:pipeline.…}` may stand in them. */
  readonly settings: Configuration;
  readonly when?: Moment;
}

/**
 * Changes a connector's configuration while it runs, a sink's once it has taken something of each topic, and waits for its
 * tasks' new sessions; where none come, that is told.
 */
function changeConfig({ connector, settings, when = atOnce }: ChangeConfig): Fault {
  return {
    label: timed(`set ${Object.keys(settings).join(", ")} of the ${connector}`, when),
    when,
    inject: async (context) => {
      const { connect, name } = endOf(context, connector);
      const own = resolveVariables(
        { file: "the fault's settings", settings },
        pipelineVariables(context.pipeline.spec),
      );
      const [before, old] = [await sessions(context, connector), await connect.config(name)];
      if (connector === "sink") await takenUp(context);
      const isStopped = (await connect.status(name)).connector.state === "STOPPED";
      await connect.create({ name, config: { ...old, ...own } });
      const told = isStopped ? "it is stopped" : await renewed({ context, end: connector, before });
      const now = await connect.config(name);
      const changed = Object.keys(own).filter((key) => now[key] !== old[key]);
      return unhealed(
        changed.length > 0 ? `${changed.join(", ")} changed; ${told ?? "its tasks went on as they were"}` : undefined,
      );
    },
  };
}

/** Deletes a connector and makes it again under its name, with the configuration that it had. */
function deleteAndRecreate({ connector, when = atOnce }: { readonly connector: End; readonly when?: Moment }): Fault {
  return {
    label: timed(`delete the ${connector} and make it again`, when),
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { connect, name } = endOf(context, connector);
      const config = await connect.config(name);
      await connect.delete(name);
      const gone = await poll({
        what: `${name} to be gone`,
        deadline: deadlineIn(30_000),
        look: async () => ((await connect.connectors()).includes(name) ? notYet("it is listed") : seen(true)),
      });
      await connect.create({ name, config });
      await awaitOutcome({ connect, connector: name, deadline: deadlineIn(60_000), logFiles: [] });
      return unhealed(gone ? `${name} was gone` : undefined);
    },
  };
}

export interface Twin {
  readonly connector: End;
  /** Laid over the configuration of the pipeline's own. */
  readonly settings?: Configuration;
  readonly when?: Moment;
}

/** A second connector like the pipeline's own, `database.server.id` and all, with topics of its own. Deleted when the act is over. */
function twin({ connector, settings = {}, when = atOnce }: Twin): Fault {
  return {
    label: timed(`start a twin of the ${connector}`, when),
    when,
    inject: async (context) => {
      const { connect, name } = endOf(context, connector);
      const twins = `${name}-twin`;
      const config = { ...(await connect.config(name)), name: twins };
      const own = resolveVariables({ file: "the twin's settings", settings }, pipelineVariables(context.pipeline.spec));
      const before = await sessions(context, connector);
      await connect.create({
        name: twins,
        config: { ...config, ...(connector === "source" ? apart(config) : {}), ...own },
      });
      await awaitOutcome({ connect, connector: twins, deadline: deadlineIn(60_000), logFiles: [] });
      const proof = await renewed({ context, end: connector, before });
      return { heal: () => connect.delete(twins), proof: async () => proof };
    },
  };
}

/** What two source connectors may never share. */
function apart(config: Configuration): Configuration {
  const keys = ["topic.prefix", "schema.history.internal.kafka.topic", "offsets.storage.topic"];
  return Object.fromEntries(keys.map((key) => [key, `${config[key] ?? key}.twin`]));
}
