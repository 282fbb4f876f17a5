/** Where a TCP server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * A link is a named way from one part to another: `debezium->mysql`. Each part asks for its own link and dials what it
 * gets, so a proxy can stand in any of them without the part knowing.
 */
export const linkNames = [
  "debezium->mysql",
  "replica->mysql",
  "worker->kafka",
  "debezium->kafka",
  "sink->kafka",
  "sink->catalog",
  "sink->object-store",
  "catalog->object-store",
  "duckdb->catalog",
  "duckdb->object-store",
  "duckdb->mysql",
  "harness->mysql",
  "harness->replica",
  "harness->kafka",
  "harness->connect",
  "harness->catalog",
  "harness->object-store",
] as const;
export type LinkName = (typeof linkNames)[number];

/** The Kafka links; each has a broker listener of its own, because a broker tells its clients where to dial next. */
export const kafkaLinks = ["worker->kafka", "debezium->kafka", "sink->kafka", "harness->kafka"] as const;
export type KafkaLink = (typeof kafkaLinks)[number];

/** The links whose requests a proxy can tell apart, by what they speak; the others are bytes to it. */
export const catalogLinks = ["sink->catalog", "duckdb->catalog", "harness->catalog"] as const;
export type CatalogLink = (typeof catalogLinks)[number];
export const storeLinks = [
  "sink->object-store",
  "catalog->object-store",
  "duckdb->object-store",
  "harness->object-store",
] as const;
export type StoreLink = (typeof storeLinks)[number];
export const connectLinks = ["harness->connect"] as const;
export type ConnectLink = (typeof connectLinks)[number];
export type HttpLink = CatalogLink | StoreLink | ConnectLink;

export function isKafkaLink(name: LinkName): name is KafkaLink {
  return kafkaLinks.some((link) => link === name);
}

export function isCatalogLink(name: LinkName): name is CatalogLink {
  return catalogLinks.some((link) => link === name);
}

export function isStoreLink(name: LinkName): name is StoreLink {
  return storeLinks.some((link) => link === name);
}

export function isConnectLink(name: LinkName): name is ConnectLink {
  return connectLinks.some((link) => link === name);
}

export function hostPort({ host, port }: Address): string {
  return `${host}:${port}`;
}
