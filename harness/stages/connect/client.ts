import { z } from "zod";
import type { Address } from "#core/addresses.ts";
import { usageError } from "#core/errors.ts";
import type { Configuration } from "./configuration.ts";
import { ask, parsed, type RestRequest } from "./rest.ts";

const pluginsSchema = z.array(z.object({ class: z.string(), type: z.string(), version: z.string().optional() }));
export type Plugin = z.infer<typeof pluginsSchema>[number];

const stateSchema = z.object({ state: z.string(), worker_id: z.string(), trace: z.string().optional() });
const statusSchema = z.object({
  name: z.string(),
  connector: stateSchema,
  tasks: z.array(stateSchema.extend({ id: z.number() })),
});
export type ConnectorStatus = z.infer<typeof statusSchema>;

// `value` is null for settings that the connector echoes without defining them (Debezium 3.6).
const validationSchema = z.object({
  configs: z.array(z.object({ value: z.object({ name: z.string(), errors: z.array(z.string()) }).nullable() })),
});

const words = z.record(z.string(), z.unknown());
const offsetsSchema = z.object({ offsets: z.array(z.object({ partition: words, offset: words.nullable() })) });
/** A partition and its offset in the connector's own words. A null offset forgets the partition. */
export type ConnectorOffset = z.infer<typeof offsetsSchema>["offsets"][number];

const namesSchema = z.array(z.string());
const configSchema = z.record(z.string(), z.string());
const statusesSchema = z.record(z.string(), z.object({ status: statusSchema }));
const configsSchema = z.record(z.string(), z.object({ info: z.object({ config: configSchema }) }));
const tasksSchema = z.array(z.object({ config: configSchema }));

/** Why Connect would not take a configuration: messages by key. */
export type Rejections = ReadonlyMap<string, readonly string[]>;

/** Kafka Connect's REST API, at one worker; it passes on to the cluster's leader what is not its own. */
export interface ConnectClient {
  plugins(): Promise<readonly Plugin[]>;
  connectors(): Promise<readonly string[]>;
  /** Every connector's status, in one request: as many at once overflow a worker's queue, and the rest waits for a second. */
  statuses(): Promise<readonly ConnectorStatus[]>;
  /** Every connector's configuration by its name, in one request for the same reason. */
  configs(): Promise<ReadonlyMap<string, Configuration>>;
  /** Connect's own opinion; empty when it would take the configuration. */
  validate(config: Configuration): Promise<Rejections>;
  /** Creates a connector or changes its configuration. A rejected one throws Connect's messages by key. */
  create(change: { name: string; config: Configuration }): Promise<void>;
  config(name: string): Promise<Configuration>;
  /** What each task was given the last time. */
  taskConfigs(name: string): Promise<readonly Configuration[]>;
  status(name: string): Promise<ConnectorStatus>;
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /** Ends the tasks and keeps the connector: its offsets can be altered then. */
  stop(name: string): Promise<void>;
  /** Restarts the connector and its tasks, or those of them that failed. Gives Connect's plan: what it restarts is RESTARTING. */
  restart(name: string, options?: { readonly onlyFailed?: boolean }): Promise<ConnectorStatus>;
  delete(name: string): Promise<void>;
  offsets(name: string): Promise<readonly ConnectorOffset[]>;
  /** While stopped only. Debezium accepts any body: make it with debezium/progress.ts. */
  alterOffsets(change: { name: string; offsets: readonly ConnectorOffset[] }): Promise<void>;
  /** While stopped only. Forgets all of the connector's offsets. */
  resetOffsets(name: string): Promise<void>;
}

export function connectClient(address: Address): ConnectClient {
  const read = async <T>(schema: z.ZodType<T>, path: string, what: string) =>
    parsed(schema, what, await ask(address, { method: "GET", path, what }));
  const write = async (request: RestRequest) => {
    await ask(address, request);
  };
  const put = (name: string, verb: string) =>
    write({ method: "PUT", path: `${pathOf(name)}/${verb}`, what: `${verb} connector ${name}` });
  const validate = (config: Configuration) => validated(address, config);
  return {
    plugins: () => read(pluginsSchema, "/connector-plugins?connectorsOnly=false", "list its plugins"),
    connectors: () => read(namesSchema, "/connectors", "list its connectors"),
    statuses: async () => {
      const connectors = await read(statusesSchema, "/connectors?expand=status", "tell the status of its connectors");
      return Object.values(connectors).map(({ status }) => status);
    },
    configs: async () => {
      const connectors = await read(configsSchema, "/connectors?expand=info", "tell its connectors' configurations");
      return new Map(Object.entries(connectors).map(([name, { info }]) => [name, info.config]));
    },
    validate,
    create: async ({ name, config }) => {
      // Before the write, because Debezium 3.6 turns each message of a rejection into a null pointer (dbz#2415).
      refuseRejected(name, await validate({ ...config, name }));
      await write({ method: "PUT", path: `${pathOf(name)}/config`, body: config, what: `create connector ${name}` });
    },
    config: (name) => read(configSchema, `${pathOf(name)}/config`, `tell the configuration of ${name}`),
    taskConfigs: async (name) => {
      const tasks = await read(tasksSchema, `${pathOf(name)}/tasks`, `tell the tasks of ${name}`);
      return tasks.map(({ config }) => config);
    },
    status: (name) => read(statusSchema, `${pathOf(name)}/status`, `tell the status of ${name}`),
    pause: (name) => put(name, "pause"),
    resume: (name) => put(name, "resume"),
    stop: (name) => put(name, "stop"),
    restart: async (name, { onlyFailed = false } = {}) => {
      const path = `${pathOf(name)}/restart?includeTasks=true&onlyFailed=${onlyFailed}`;
      const what = `restart connector ${name}`;
      return parsed(statusSchema, what, await ask(address, { method: "POST", path, what }));
    },
    delete: (name) => write({ method: "DELETE", path: pathOf(name), what: `delete connector ${name}` }),
    offsets: async (name) =>
      (await read(offsetsSchema, `${pathOf(name)}/offsets`, `tell the offsets of ${name}`)).offsets,
    alterOffsets: ({ name, offsets }) =>
      write({
        method: "PATCH",
        path: `${pathOf(name)}/offsets`,
        body: { offsets },
        what: `alter the offsets of ${name}`,
      }),
    resetOffsets: (name) =>
      write({ method: "DELETE", path: `${pathOf(name)}/offsets`, what: `reset the offsets of ${name}` }),
  };
}

const pathOf = (name: string) => `/connectors/${encodeURIComponent(name)}`;

async function validated(address: Address, config: Configuration): Promise<Rejections> {
  const plugin = config["connector.class"] ?? "";
  const what = `validate a configuration of ${plugin}`;
  const body = await ask(address, {
    method: "PUT",
    path: `/connector-plugins/${encodeURIComponent(plugin)}/config/validate`,
    body: config,
    what,
  });
  const { configs } = parsed(validationSchema, what, body);
  return new Map(
    configs.flatMap(({ value }): [string, string[]][] =>
      value !== null && value.errors.length > 0 ? [[value.name, value.errors]] : [],
    ),
  );
}

function refuseRejected(name: string, rejections: Rejections): void {
  if (rejections.size === 0) return;
  throw usageError({
    code: "CONNECTOR_REJECTED",
    what: `Connect rejects the configuration of ${name}: ${[...rejections.keys()].join(", ")}`,
    remedy: "change these settings in the connector's file",
    evidence: [...rejections].flatMap(([key, messages]) => messages.map((message) => `${key}: ${message}`)),
  });
}
