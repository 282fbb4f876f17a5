import { mkdir } from "node:fs/promises";
import type { Configuration } from "#stages/connect/configuration.ts";
import { writeJson } from "./folder.ts";
import type { Run } from "./runner.ts";

/** Writes both connectors' configurations as they are sent, without the stack's secrets. */
export async function writeConfigurations(
  run: Run,
  { source, sink }: { source: Configuration; sink: Configuration },
  secrets: readonly string[],
): Promise<void> {
  await mkdir(run.folder.file("connectors"), { recursive: true });
  await writeJson(run.folder.file("connectors/source.json"), masked(source, secrets));
  await writeJson(run.folder.file("connectors/sink.json"), masked(sink, secrets));
}

function masked(configuration: Configuration, secrets: readonly string[]): Configuration {
  const hide = (value: string) => secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value);
  return Object.fromEntries(Object.entries(configuration).map(([key, value]) => [key, hide(value)]));
}
