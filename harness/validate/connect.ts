import { closest, distance } from "fastest-levenshtein";
import { environmentError, FloeError, messageOf, systemCode, usageError } from "#core/errors.ts";
import type { Found } from "#lint/rule.ts";
import { isOpaque, type View } from "#lint/view.ts";
import type { ConnectClient, Plugin, Rejections } from "#stages/connect/client.ts";
import { notTried, tell } from "./tell.ts";

/** The worker that is asked. */
export interface Worker {
  readonly connect: ConnectClient;
  /** `host:port`. */
  readonly where: string;
  /** Started for this and ended after it: it has no way to the user's servers, and nothing of theirs installed. */
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

/** What Connect and the plugin themselves say to a connector's configuration, by key. */
export async function connectFindings(
  view: View,
  worker: Worker,
  plugins: readonly Plugin[],
): Promise<readonly Found[]> {
  const named = view.text("connector.class");
  if (named === undefined) return [];
  const plugin = pluginFor(named, plugins);
  if (plugin === undefined) return notInstalled({ view, worker, plugins, named });
  const config = sent(view, worker);
  try {
    const rejections = await worker.connect.validate({ ...config, "connector.class": plugin.class });
    return rejectionFindings({ view, worker, rejections });
  } catch (error) {
    // It answered, and with no list of messages: a provider that finds no file, a plugin that throws.
    if (!(error instanceof FloeError) || !/^CONNECT_(FAILED|REFUSED)$/.test(error.code)) throw error;
    return tell({ rule: "connect-validate", view, key: "connector.class", told: error.got ?? error.message });
  }
}

interface NotInstalled {
  readonly view: View;
  readonly worker: Worker;
  readonly plugins: readonly Plugin[];
  readonly named: string;
}

/** A worker of ours lacks what a user's has; a name that is nearly one of its plugins' is a slip all the same. */
function notInstalled({ view, worker, plugins, named }: NotInstalled): Found[] {
  const connectors = plugins.filter(({ type }) => /^(source|sink)$/.test(type)).map((plugin) => plugin.class);
  const near = closest(named, connectors);
  const slip = near !== "" && distance(named, near) <= 4;
  const about = { view, key: "connector.class" };
  if (worker.thrownAway && !slip)
    return notTried({
      ...about,
      told: `Connect's validation: the worker that was started has no ${named}`,
      remedy: "give the plugin: --plugin FILE.zip, or --connect URL of a worker that has it",
    });
  const told = `${named} is none of the worker's plugins${slip ? `, did you mean ${near}?` : ""}`;
  const remedy = slip ? near : `install it on the worker, which has ${connectors.join(", ")}`;
  return tell({ rule: "connector-class-not-installed", ...about, told, remedy });
}

/** A plugin by its class, its short name, or that without its kind, as Connect finds it. */
export function pluginFor(named: string, plugins: readonly Plugin[]): Plugin | undefined {
  const simple = (plugin: Plugin) => plugin.class.split(".").at(-1) ?? plugin.class;
  const short = (plugin: Plugin) => simple(plugin).replace(/(Source|Sink)?Connector$/, "");
  return plugins
    .filter(({ type }) => /^(source|sink)$/.test(type))
    .find((plugin) => [plugin.class, simple(plugin), short(plugin)].includes(named));
}

/** The settings as they would be sent. A worker of ours is kept from dialling the database they name. */
function sent(view: View, { thrownAway }: Worker): Record<string, string> {
  const settings = view.settings.filter(({ type }) => type !== "nested").map(({ key, value }) => [key, value] as const);
  const config = { name: view.document.name ?? "floe-validate", ...Object.fromEntries(settings) };
  return thrownAway && view.has("database.hostname") ? { ...config, ...nowhere } : config;
}

/** Nothing listens on port 1 (tcpmux): the login is refused at once. */
const nowhere = { "database.hostname": "127.0.0.1", "database.port": "1" };

interface Rejected {
  readonly view: View;
  readonly worker: Worker;
  readonly rejections: Rejections;
}

function rejectionFindings({ view, worker, rejections }: Rejected): Found[] {
  const opaque = view.settings.filter((setting) => isOpaque(setting.value) && unknownTo(worker, setting.value));
  const unknown = new Set(opaque.map(({ key }) => key));
  const found = [...rejections].flatMap(([key, messages]) => {
    if (unknown.has(key) || (worker.thrownAway && isLogin(key, messages))) return [];
    // The same message comes twice where a validator and the connector both look.
    return [...new Set(messages)].flatMap((message) => rejection({ view, worker, key, message }));
  });
  return [...found, ...unknownValues(view, [...unknown]), ...(worker.thrownAway ? loginUntried(view) : [])];
}

function rejection({ view, worker, key, message }: { view: View; worker: Worker; key: string; message: string }) {
  const missing = /could not be found/.test(message) && worker.thrownAway;
  if (missing)
    return notTried({
      view,
      key,
      told: `${key}: the worker that was started has no ${view.text(key) ?? "such class"}`,
      remedy: "give its plugin: --plugin FILE.zip, or --connect URL of a worker that has it",
    });
  return tell({ rule: "connect-validate", view, key, told: `${key}: ${message}` });
}

/** `${file:…}` is resolved by a worker that has the provider; ours has none, and `${floe:…}` is put in by Floe alone. */
function unknownTo({ thrownAway }: Worker, value: string): boolean {
  return thrownAway || value.includes("${floe:");
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
