/** A request by what it asks for. */
export interface Classified<Kind extends string> {
  readonly kind: Kind;
  /** The table it is about, `namespace.table`; empty where it is about none. */
  readonly table: string;
}

export type Classify<Kind extends string> = (request: {
  readonly method: string;
  /** The path as the client sent it. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** True when the server is to copy an object that it has. */
  readonly copies: boolean;
}) => Classified<Kind>;

/** What clients ask a REST catalog for: Iceberg's open-api/rest-catalog-open-api.yaml. */
export const catalogKinds = [
  "config",
  "commit",
  "commit-many",
  "create-table",
  "load-table",
  "list-tables",
  "drop-table",
  "table-exists",
  "report-metrics",
  "namespace",
  "other",
] as const;
export type CatalogKind = (typeof catalogKinds)[number];

/** `/v1/[prefix/]namespaces/{namespace}/tables/{table}`; namespaces of several levels are joined by %1F. */
export const catalogKind: Classify<CatalogKind> = ({ method, path }) => {
  const parts = path.split("/").filter((part) => part !== "");
  const at = parts.indexOf("namespaces");
  const [namespace, tables, table, deeper] = at < 0 ? [] : parts.slice(at + 1);
  const name = table === undefined ? "" : `${plainText(namespace)}.${plainText(table)}`;
  const is = (kind: CatalogKind) => ({ kind, table: name });
  if (parts.at(-1) === "config") return is("config");
  if (parts.slice(-2).join("/") === "transactions/commit") return is("commit-many");
  if (at < 0) return is("other");
  if (tables !== "tables") return is("namespace");
  if (deeper !== undefined) return is(deeper === "metrics" ? "report-metrics" : "other");
  if (table === undefined) return is(method === "POST" ? "create-table" : "list-tables");
  const kinds: Readonly<Record<string, CatalogKind>> = {
    POST: "commit",
    GET: "load-table",
    DELETE: "drop-table",
    HEAD: "table-exists",
  };
  return is(kinds[method] ?? "other");
};

/** What clients ask an object store for, by what S3's verbs and queries mean. */
export const storeKinds = [
  "put-data-file",
  "put-metadata",
  "put-other",
  "copy",
  "get",
  "head",
  "list",
  "delete",
  "multipart-start",
  "multipart-part",
  "multipart-complete",
  "multipart-abort",
  "other",
] as const;
export type StoreKind = (typeof storeKinds)[number];

/** `/bucket/…/{namespace}/{table}/data/…` or `…/metadata/…`: the layout that Iceberg gives a table by default. */
export const storeKind: Classify<StoreKind> = ({ method, path, query, copies }) => {
  const [, namespace = "", table = "", folder] = /\/([^/]+)\/([^/]+)\/(data|metadata)\//.exec(path) ?? [];
  const name = folder === undefined ? "" : `${plainText(namespace)}.${plainText(table)}`;
  return { kind: storeVerb({ method, path, query, copies, folder }), table: name };
};

function storeVerb({
  method,
  path,
  query,
  copies,
  folder,
}: Parameters<Classify<StoreKind>>[0] & { readonly folder: string | undefined }): StoreKind {
  const isObject = path.split("/").filter((part) => part !== "").length > 1;
  if (query.has("uploads") && method === "POST") return "multipart-start";
  if (query.has("uploadId")) {
    const kinds: Readonly<Record<string, StoreKind>> = {
      PUT: "multipart-part",
      POST: "multipart-complete",
      DELETE: "multipart-abort",
    };
    return kinds[method] ?? "other";
  }
  if (method === "GET") return isObject ? "get" : "list";
  if (method === "HEAD") return "head";
  if (method === "DELETE" || (method === "POST" && query.has("delete"))) return "delete";
  if (method !== "PUT" || !isObject) return "other";
  if (copies) return "copy";
  if (folder === undefined) return "put-other";
  return folder === "data" ? "put-data-file" : "put-metadata";
}

/** What the harness asks Connect for. */
export const connectKinds = [
  "create-connector",
  "put-config",
  "validate",
  "status",
  "delete-connector",
  "restart",
  "pause",
  "resume",
  "stop",
  "offsets",
  "other",
] as const;
export type ConnectKind = (typeof connectKinds)[number];

export const connectKind: Classify<ConnectKind> = ({ method, path }) => {
  const [top, name, verb] = path.split("/").filter((part) => part !== "");
  const is = (kind: ConnectKind) => ({ kind, table: "" });
  if (path.endsWith("/config/validate")) return is("validate");
  if (top !== "connectors") return is("other");
  if (method === "POST" && name === undefined) return is("create-connector");
  if (method === "DELETE" && verb === undefined) return is("delete-connector");
  if (method === "PUT" && verb === "config") return is("put-config");
  return is(path.endsWith("/restart") ? "restart" : (connectKinds.find((kind) => kind === verb) ?? "other"));
};

function plainText(part = ""): string {
  try {
    return decodeURIComponent(part).replaceAll("\u001f", ".");
  } catch {
    return part;
  }
}
