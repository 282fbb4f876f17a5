import { join } from "node:path";
import type { Profile } from "#core/pipeline-spec.ts";
import { type ConfigurationFile, overlay, readConnector, readProperties } from "./configuration.ts";

/** The folder of the configurations that run; `connectors/fast` holds what the profile `fast` does otherwise. */
export const connectorsFolder = join(import.meta.dirname, "..", "..", "..", "connectors");

export type ConnectorName = "mysql-source" | "iceberg-sink";

/** A connector's file, with the profile's laid over it. */
export function connectorFile(name: ConnectorName, profile: Profile): Promise<ConfigurationFile> {
  return withProfile({ name: `${name}.json`, profile, read: readConnector });
}

/** The workers' settings, with the profile's laid over them. */
export function workerProperties(profile: Profile): Promise<ConfigurationFile> {
  return withProfile({ name: "worker.properties", profile, read: readProperties });
}

async function withProfile({
  name,
  profile,
  read,
}: {
  name: string;
  profile: Profile;
  read: (file: string) => Promise<ConfigurationFile>;
}): Promise<ConfigurationFile> {
  const base = await read(join(connectorsFolder, name));
  return profile === "prod-like" ? base : overlay(base, await read(join(connectorsFolder, profile, name)));
}
