import { type Address, hostPort } from "#core/addresses.ts";

/** What DuckDB reads beside the lake. Attached as `src`. */
export interface AttachedMysql {
  readonly address: Address;
  readonly user: string;
  readonly password: string;
  /** Undefined: all schemas that the user may see. */
  readonly database?: string | undefined;
}

/** Where the lake's tables are found. */
export type AttachedLake =
  | { readonly kind: "rest"; readonly catalog: Address; readonly warehouse: string; readonly namespace: string }
  /** `warehouse`: the folder that holds the namespaces, `s3://bucket/path`. */
  | { readonly kind: "hadoop"; readonly warehouse: string; readonly namespace: string };

export interface ObjectStoreAccess {
  readonly address: Address;
  readonly accessKey: string;
  readonly secretKey: string;
}

export const lakeCatalog = "lake";
export const mysqlCatalog = "src";

export function secretStatement({ address, accessKey, secretKey }: ObjectStoreAccess): string {
  return (
    `CREATE OR REPLACE SECRET object_store (TYPE s3, KEY_ID ${text(accessKey)}, SECRET ${text(secretKey)}, ` +
    `ENDPOINT ${text(hostPort(address))}, URL_STYLE 'path', USE_SSL false, REGION 'us-east-1')`
  );
}

export function attachLakeStatement(
  { catalog, warehouse }: Extract<AttachedLake, { kind: "rest" }>,
  writable: boolean,
) {
  return (
    `ATTACH ${text(warehouse)} AS ${lakeCatalog} (TYPE iceberg, ENDPOINT ${text(`http://${hostPort(catalog)}`)}, ` +
    `AUTHORIZATION_TYPE 'none'${writable ? ", READ_ONLY false" : ""})`
  );
}

export function attachMysqlStatement({ address, user, password, database }: AttachedMysql): string {
  const parameters = { host: address.host, port: address.port, user, password, database };
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const connection = given.map(([name, value]) => `${name}=${quotedParameter(String(value))}`);
  return `ATTACH ${text(connection.join(" "))} AS ${mysqlCatalog} (TYPE mysql, READ_ONLY)`;
}

/** How a table of the lake is named in a FROM clause. */
export function lakeRelation(lake: AttachedLake, table: string): string {
  if (lake.kind === "rest") return `${lakeCatalog}.${name(lake.namespace)}.${name(table)}`;
  return `iceberg_scan(${text(`${lake.warehouse}/${lake.namespace}/${table}`)})`;
}

function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The extension reads `name=value` pairs; a value in double quotes may hold anything. */
function quotedParameter(value: string): string {
  return /^[\w.:-]*$/.test(value) ? value : `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
