import { z } from "zod";
import { FloeError, messageOf } from "#core/errors.ts";
import type { Found } from "#lint/rule.ts";
import { isOpaque, type View } from "#lint/view.ts";
import { parseJson64, parseMetadata, type TableMetadata } from "#stages/iceberg/metadata.ts";
import { notTried, tell } from "./tell.ts";

/** What was found at a catalog, and the tables that it has. */
export interface CatalogLook {
  readonly findings: readonly Found[];
  readonly tables: readonly { readonly name: string; readonly metadata: TableMetadata }[];
  /** Where the catalog puts tables, where it says so. */
  readonly warehouse: string | undefined;
}

export interface CatalogAsked {
  readonly view: View;
  /** The tables that the sink writes, as `namespace.table`; why, where the settings don't tell. */
  readonly targets: readonly string[] | { readonly unknown: string };
}

const uriKey = "iceberg.catalog.uri";

/** Asks a REST catalog for its configuration and for the sink's tables. Reads alone. */
export async function lookAtCatalog({ view, targets }: CatalogAsked): Promise<CatalogLook> {
  const obstacle = obstacleOf(view);
  if (obstacle !== undefined) return { findings: obstacle, tables: [], warehouse: undefined };
  const config = await configOf(view);
  if (!("defaults" in config)) return { findings: config, tables: [], warehouse: undefined };
  const warehouse = config.overrides["warehouse"] ?? config.defaults["warehouse"];
  if ("unknown" in targets) {
    const told = `the sink's tables in the catalog: ${targets.unknown}`;
    return { findings: notTried({ view, key: "iceberg.tables.route-field", told }), tables: [], warehouse };
  }
  const prefix = config.overrides["prefix"] ?? config.defaults["prefix"];
  const found = await Promise.all(targets.slice(0, mostTables).map((name) => tableOf({ view, prefix, name })));
  return {
    findings: [...found.flatMap(({ findings }) => findings), ...beyond(view, targets)],
    tables: found.flatMap(({ name, metadata }) => (metadata === undefined ? [] : [{ name, metadata }])),
    warehouse,
  };
}

const mostTables = 100;

function beyond(view: View, targets: readonly string[]): Found[] {
  if (targets.length <= mostTables) return [];
  return notTried({ view, key: uriKey, told: `${targets.length - mostTables} of ${targets.length} tables` });
}

/** Why a catalog cannot be asked from here. */
function obstacleOf(view: View): Found[] | undefined {
  const type = view.text("iceberg.catalog.type");
  const isRest = /^rest$/i.test(type ?? "") || view.endsWith("iceberg.catalog.catalog-impl", "RESTCatalog");
  const untried = (key: string, why: string) => notTried({ view, key, told: `the catalog: ${why}` });
  if (!isRest) return untried("iceberg.catalog.type", `only REST catalogs are asked, not ${type ?? "others"}`);
  const uri = view.get(uriKey);
  if (uri === undefined) return [];
  if (isOpaque(uri.value)) return untried(uriKey, "only the worker knows its address");
  const login = view.settings.find(({ key }) =>
    /^iceberg\.catalog\.(credential|oauth2|rest\.auth|rest\.sigv4)/.test(key),
  );
  if (login !== undefined) return untried(login.key, `its login by ${login.key.split(".").slice(2).join(".")}`);
  const token = view.get("iceberg.catalog.token");
  return token !== undefined && isOpaque(token.value)
    ? untried(token.key, "only the worker knows its token")
    : undefined;
}

const words = z.record(z.string(), z.string());
const configSchema = z.object({ defaults: words.default({}), overrides: words.default({}) });

async function configOf(view: View): Promise<z.infer<typeof configSchema> | Found[]> {
  const warehouse = view.text("iceberg.catalog.warehouse");
  const query = warehouse === undefined ? "" : `?warehouse=${encodeURIComponent(warehouse)}`;
  const answer = await get(view, `v1/config${query}`);
  if ("findings" in answer) return answer.findings;
  const parsed = configSchema.safeParse(answer.body);
  const isConfig =
    parsed.success && typeof answer.body === "object" && answer.body !== null && "defaults" in answer.body;
  if (answer.status === 200 && isConfig) return parsed.data;
  const what =
    answer.status === 200 ? "with no catalog's configuration" : `HTTP ${answer.status}${reason(answer.body)}`;
  return tell({ rule: "catalog-refuses", view, key: uriKey, told: `GET /v1/config answers ${what}` });
}

interface Looked {
  readonly name: string;
  readonly findings: readonly Found[];
  readonly metadata?: TableMetadata;
}

async function tableOf({
  view,
  prefix,
  name,
}: {
  view: View;
  prefix: string | undefined;
  name: string;
}): Promise<Looked> {
  const parts = name.split(".");
  const table = encodeURIComponent(parts.pop() ?? "");
  // The levels of a namespace are set apart by the unit separator.
  const namespace = encodeURIComponent(parts.join("\u001F"));
  const base = prefix === undefined ? "v1" : `v1/${prefix}`;
  const answer = await get(view, `${base}/namespaces/${namespace}/tables/${table}`);
  if ("findings" in answer) return { name, findings: answer.findings };
  if (answer.status === 200) return loaded(view, name, answer.body);
  if (answer.status === 404) return { name, findings: absent(view, name) };
  const told = `the catalog does not load ${name}: HTTP ${answer.status}${reason(answer.body)}`;
  return { name, findings: tell({ rule: "catalog-refuses", view, key: uriKey, told }) };
}

function loaded(view: View, name: string, body: unknown): Looked {
  try {
    return { name, findings: [], metadata: parseMetadata(name, metadataIn(body)) };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    return { name, findings: tell({ rule: "catalog-refuses", view, key: uriKey, told: error.message }) };
  }
}

/** The sink makes a table and its namespace where it may. */
function absent(view: View, name: string): Found[] {
  const key = "iceberg.tables.auto-create-enabled";
  if (view.isTrue(key) || isOpaque(view.get(key)?.value ?? "")) return [];
  return tell({
    rule: "catalog-table-missing",
    view,
    key,
    told: `the catalog has no ${name}, and the sink makes none`,
  });
}

function metadataIn(body: unknown): unknown {
  return typeof body === "object" && body !== null && "metadata" in body ? body.metadata : body;
}

type Answer = { readonly status: number; readonly body: unknown } | { readonly findings: Found[] };

async function get(view: View, path: string): Promise<Answer> {
  const uri = (view.text(uriKey) ?? "").replace(/\/+$/, "");
  const token = view.text("iceberg.catalog.token");
  const extra = view.matching(/^iceberg\.catalog\.header\./).filter(({ value }) => !isOpaque(value));
  const headers = {
    ...Object.fromEntries(extra.map(({ key, value }) => [key.slice("iceberg.catalog.header.".length), value])),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  try {
    const response = await fetch(`${uri}/${path}`, { headers, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    return { status: response.status, body: json(text) };
  } catch (error) {
    const told = `the catalog at ${uri}: ${messageOf(error instanceof Error ? (error.cause ?? error) : error)}`;
    return { findings: tell({ rule: "server-unreachable", view, key: uriKey, told }) };
  }
}

function json(text: string): unknown {
  try {
    return parseJson64(text);
  } catch {
    return undefined;
  }
}

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

function reason(body: unknown): string {
  const parsed = errorSchema.safeParse(body);
  return parsed.success ? `, ${parsed.data.error.message.slice(0, 200)}` : "";
}
