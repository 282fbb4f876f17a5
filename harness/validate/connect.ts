import { closest, distance } from "fastest-levenshtein";
import { environmentError, FloeError, messageOf, systemCode, usageError } from "#core/errors.ts";
import type { Found } from "#lint/rule.ts";
import { isOpaque, type View } from "#lint/view.ts";
import type { ConnectClient, Plugin, Rejections } from "#stages/connect/client.ts";
import type { Configuration } from "#stages/connect/configuration.ts";
import { notTried, tell } from "./tell.ts";

/** The worker that is asked. */
export interface Worker {
  readonly connect: ConnectClient;
  /** `host:port`. */
  readonly where: string;
  /** Floe's own, ended afterwards: it has no way to the user's servers, and nothing installed but what was given. */
  readonly thrownAway: boolean;
}

/** The worker's plugins; an address that is no worker's is told of as such. */
export async function pluginsOf({ connect, where }: Worker): Promise<readonly Plugin[]> {
  try {
    return await connect.plugins();
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    if (error.code === "CONNECT_UNREACHABLE") throw silent(where, error);
    throw usageError({
      code: "NO_CONNECT_WORKER",
      what: `what answers at ${where} is no Connect worker`,
      expected: "a list of plugins at /connector-plugins",
      got: error.got?.slice(0, 200) ?? error.message,
      remedy: "give --connect the address of the REST interface: http://HOST:8083",
      cause: error,
    });
  }
}

function silent(where: string, error: FloeError): Error {
  return environmentError({
    code: "CONNECT_UNREACHABLE",
    what: `no Connect worker answers at ${where}`,
    got: systemCode(error.cause) ?? reasonOf(error),
    remedy: "look whether it runs, and whether this is the port of its REST interface: --connect http://HOST:8083",
    cause: error.cause,
  });
}

/** fetch says "fetch failed", and why in its cause. */
function reasonOf({ cause, got }: FloeError): string | undefined {
  return cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : got;
}

/** A configuration for a stack of Floe's own: the servers that it names are the stack's, and its worker reaches them. */
export interface Mapped {
  readonly config: Configuration;
  /** Keys that have the stack's own value or none, in place of what the file says. */
  readonly replaced: ReadonlySet<string>;
}

export interface ConnectAsked {
  readonly view: View;
  readonly worker: Worker;
  /** What is sent instead of the file's own settings. */
  readonly mapped?: Mapped | undefined;
}

/** What Connect and the plugin themselves say to a connector's configuration, by key. */
export async function connectFindings(asked: ConnectAsked, plugins: readonly Plugin[]): Promise<readonly Found[]> {
  const { view, worker } = asked;
  const named = view.text("connector.class");
  if (named === undefined) return [];
  const plugin = pluginFor(named, plugins);
  if (plugin === undefined) return notInstalled({ ...asked, plugins, named });
  try {
    const rejections = await worker.connect.validate({ ...sent(asked), "connector.class": plugin.class });
    return rejectionFindings(asked, rejections);
  } catch (error) {
    // It answered, and with no list of messages: a provider that finds no file, a plugin that throws.
    if (!(error instanceof FloeError) || !/^CONNECT_(FAILED|REFUSED)$/.test(error.code)) throw error;
    return tell({ rule: "connect-validate", view, key: "connector.class", told: error.got ?? error.message });
  }
}

interface NotInstalled extends ConnectAsked {
  readonly plugins: readonly Plugin[];
  readonly named: string;
}

/** A worker of ours lacks what a user's has; a name that is nearly one of its plugins' is a slip all the same. */
function notInstalled({ plugins, named, ...asked }: NotInstalled): Found[] {
  const { view, worker } = asked;
  const connectors = plugins.filter(({ type }) => /^(source|sink)$/.test(type)).map((plugin) => plugin.class);
  const near = closest(named, connectors);
  const slip = near !== "" && distance(named, near) <= 4;
  const about = { view, key: "connector.class" };
  if (worker.thrownAway && !slip)
    return notTried({
      ...about,
      told: `Connect's validation: the worker that was started has no ${named}`,
      remedy: givePlugin(asked),
    });
  const told = `${named} is none of the worker's plugins${slip ? `, did you mean ${near}?` : ""}`;
  const remedy = slip ? near : `install it on the worker, which has ${connectors.join(", ")}`;
  return tell({ rule: "connector-class-not-installed", ...about, told, remedy });
}

function givePlugin({ mapped }: ConnectAsked): string {
  const otherwise = mapped === undefined ? ", or --connect URL of a worker that has it" : "";
  return `give its plugin: --plugin FILE.zip, or --set PART=VERSION for another of the pinned ones${otherwise}`;
}

/** A plugin by its class, its short name, or that without its kind, as Connect finds it. */
export function pluginFor(named: string, plugins: readonly Plugin[]): Plugin | undefined {
  const simple = (plugin: Plugin) => plugin.class.split(".").at(-1) ?? plugin.class;
  const short = (plugin: Plugin) => simple(plugin).replace(/(Source|Sink)?Connector$/, "");
  return plugins
    .filter(({ type }) => /^(source|sink)$/.test(type))
    .find((plugin) => [plugin.class, simple(plugin), short(plugin)].includes(named));
}

/** The settings as they would be sent. A worker that reaches nothing is kept from dialling the database they name. */
function sent(asked: ConnectAsked): Configuration {
  const { view, mapped } = asked;
  const settings = view.settings.filter(({ type }) => type !== "nested").map(({ key, value }) => [key, value] as const);
  const config = { name: view.document.name ?? "floe-validate", ...(mapped?.config ?? Object.fromEntries(settings)) };
  return reachesNothing(asked) && view.has("database.hostname") ? { ...config, ...nowhere } : config;
}

function reachesNothing({ worker, mapped }: ConnectAsked): boolean {
  return worker.thrownAway && mapped === undefined;
}

/** Nothing listens on port 1 (tcpmux): the login is refused at once. */
const nowhere = { "database.hostname": "127.0.0.1", "database.port": "1" };

function rejectionFindings(asked: ConnectAsked, rejections: Rejections): Found[] {
  const { view, mapped } = asked;
  const opaque = view.settings.filter((setting) => isOpaque(setting.value) && unknownTo(asked, setting.value));
  const unknown = new Set(opaque.map(({ key }) => key));
  const found = [...rejections].flatMap(([key, messages]) => {
    if (unknown.has(key) || (reachesNothing(asked) && isLogin(key, messages))) return [];
    if (mapped?.replaced.has(key) === true) return replacedRejected(view, key, messages.join("; "));
    // The same message comes twice where a validator and the connector both look.
    return [...new Set(messages)].flatMap((message) => rejection(asked, { key, message }));
  });
  return [...found, ...unknownValues(view, [...unknown]), ...(reachesNothing(asked) ? loginUntried(view) : [])];
}

function rejection(asked: ConnectAsked, { key, message }: { key: string; message: string }): Found[] {
  const { view, worker } = asked;
  if (worker.thrownAway && /could not be found|not found that matches the version range/.test(message)) {
    const told = `Connect's validation: the worker that was started lacks what ${key} asks for: ${message}`;
    return notTried({ view, key, told, remedy: givePlugin(asked) });
  }
  return tell({ rule: "connect-validate", view, key, told: `${key}: ${message}` });
}

/** What Connect says of the stack's own value says nothing of the file's. */
function replacedRejected(view: View, key: string, message: string): Found[] {
  const told = `Connect's validation of ${key}, as the file's own value was not sent: ${message}`;
  return notTried({ view, key, told, remedy: "floe validate --connect URL of a worker that has it" });
}

/** `${file:…}` is resolved by a worker that has the provider; ours has none, and `${floe:…}` is put in by Floe alone. */
function unknownTo(asked: ConnectAsked, value: string): boolean {
  return asked.mapped === undefined && (asked.worker.thrownAway || value.includes("${floe:"));
}

function isLogin(key: string, messages: readonly string[]): boolean {
  return key === "database.hostname" && messages.every((message) => /connect/i.test(message));
}

function unknownValues(view: View, keys: readonly string[]): Found[] {
  const [first] = keys;
  if (first === undefined) return [];
  const names = keys.length > 5 ? `${keys.slice(0, 5).join(", ")} and ${keys.length - 5} more` : keys.join(", ");
  const told = `Connect's validation of ${names}: what their placeholders stand for is known elsewhere`;
  return notTried({ view, key: first, told, remedy: "--connect URL of the worker that resolves them" });
}

function loginUntried(view: View): Found[] {
  if (!view.has("database.hostname")) return [];
  const told = "the login to the database, its rights and settings";
  return notTried({ view, key: "database.hostname", told, remedy: "--connect URL of a worker that reaches it" });
}
