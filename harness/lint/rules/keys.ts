import { closest, distance } from "fastest-levenshtein";
import { compareVersions } from "#core/versions.ts";
import { on } from "../ask.ts";
import type { KeyDefinition, Keys } from "../definitions.ts";
import type { Setting } from "../document.ts";
import { knownKeys } from "../known-keys.ts";
import { connectors } from "../pipeline.ts";
import type { Checks, Find, Hit } from "../rule.ts";
import { shown } from "../secret.ts";
import { fault } from "../value.ts";
import { isOpaque } from "../view.ts";
import { wellKnownConnectors } from "./plugins.ts";

const judgedByKeys = [...connectors, "connect-worker", "topic", "producer"] as const;
const withBroker = [...judgedByKeys, "consumer", "broker"] as const;

const unknown: Find = (view, pipeline) => {
  const known = knownKeys(view, pipeline.definitions);
  if (known === undefined) return [];
  const standIn = pipeline.definitions.standIns.length > 0 ? { severity: "info" as const } : {};
  return view.settings
    .filter(({ key }) => known.definition(key) === undefined && !isEnvironment(key))
    .map((setting) => ({
      on: setting,
      told: `${setting.key} is unknown${meant(setting.key, known.names)}`,
      ...standIn,
    }));
};

const invalid: Find = (view, pipeline) => {
  const known = knownKeys(view, pipeline.definitions);
  return view.settings.flatMap((setting) => {
    const definition = known?.definition(setting.key);
    if (definition === undefined || definition === "any" || /\.override\./.test(setting.key)) return [];
    return wrongValue(setting, fault(setting.value, definition));
  });
};

/** Strimzi's resources may have numbers; a body that is sent to Connect as it is says what Connect makes of them. */
const notText: Find = ({ document, settings }) =>
  document.format !== "json"
    ? []
    : settings
        .filter(({ type }) => type === "number" || type === "boolean")
        .map((setting) => ({
          on: setting,
          told: `${setting.key} is a ${setting.type} here: Connect takes it as the text "${shown(setting)}"`,
        }));

const overrideInvalid: Find = (view, { definitions }) =>
  view.matching(/^(producer|consumer|admin)\.override\./).flatMap((setting) => {
    const [, client = "", key = ""] = /^(\w+)\.override\.(.+)$/.exec(setting.key) ?? [];
    const definition = definitionIn(definitions.kafka(client), key);
    return definition === undefined ? [] : wrongValue(setting, fault(setting.value, definition));
  });

const requiredMissing: Find = (view, pipeline) =>
  (knownKeys(view, pipeline.definitions)?.required ?? [])
    .filter((key) => !view.has(key) && !["name", "connector.class"].includes(key))
    .map((key) => ({ key, told: `${key} is not set` }));

const deprecated: Find = (view, pipeline) => {
  const known = knownKeys(view, pipeline.definitions);
  return view.settings.flatMap((setting) => {
    const definition = known?.definition(setting.key);
    if (definition === undefined || definition === "any" || definition.deprecated === undefined) return [];
    return [{ on: setting, told: `${setting.key} is deprecated ("${definition.deprecated.slice(0, 160)}")` }];
  });
};

const classMissing: Find = (view, { definitions }) => {
  const named = view.get("connector.class");
  if (named === undefined) return [{ key: "connector.class", told: "connector.class is not set" }];
  if (isOpaque(named.value) || named.value.startsWith("io.tabular.")) return [];
  const all = [...definitions.classes(), ...wellKnownConnectors].filter((name) => !/transforms|converter/i.test(name));
  if (all.some((name) => name === named.value || shortNames(name).includes(named.value))) return [];
  return [{ on: named, told: `connector.class=${shown(named)} is no known connector${meant(named.value, all)}` }];
};

/** Keys of another version: known there, read by nobody here. */
const ofOtherVersion: Find = (view, { definitions }) =>
  view.settings
    .filter(
      ({ key }) =>
        Object.hasOwn(laterKeys, key) && compareVersions(definitions.versions.iceberg, laterKeys[key] ?? "") < 0,
    )
    .map((setting) => ({
      on: setting,
      told: `${setting.key} is not read by Iceberg ${definitions.versions.iceberg}`,
    }));

// By the first version that reads it; the next release after 1.12.0 has no number yet.
const laterKeys: Readonly<Record<string, string>> = {
  "iceberg.tables.replace-null-with-default": "1.12.1",
  "iceberg.control.commit.max-consecutive-failures": "1.12.0",
};

export const keyRules: Checks = {
  "unknown-key": on(judgedByKeys, unknown),
  "broker-unknown-key": on(["broker"], unknown),
  "consumer-unknown-key": on(["consumer"], unknown),
  "value-invalid": on(withBroker, invalid),
  "value-not-text": on(connectors, notText),
  "override-value-invalid": on(connectors, overrideInvalid),
  "required-key-missing": on(connectors, requiredMissing),
  "deprecated-key": on(withBroker, deprecated),
  "connector-class-not-installed": on(connectors, classMissing),
  "iceberg-version-drift-key": on(["iceberg-sink"], ofOtherVersion),
};

/** A key may be called `constructor`. */
function definitionIn(keys: Keys | undefined, key: string): KeyDefinition | undefined {
  return keys !== undefined && Object.hasOwn(keys, key) ? keys[key] : undefined;
}

function wrongValue(setting: Setting, problem: string | undefined): Hit[] {
  if (problem === undefined || isOpaque(setting.value)) return [];
  return [{ on: setting, told: `${setting.key}=${shown(setting)}: ${problem}` }];
}

/** The nearest right name, where it is near enough to be meant. */
function meant(name: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const near = closest(name, names);
  return distance(name, near) <= Math.max(2, name.length / 4) ? `; did you mean ${near}?` : "";
}

/** `KAFKA_HEAP_OPTS` in a properties file has a rule of its own. */
function isEnvironment(key: string): boolean {
  return /^[A-Z][A-Z0-9_]+$/.test(key);
}

/** Connect finds a plugin by its simple name, too, with and without `Connector`. */
function shortNames(name: string): string[] {
  const simple = name.split(".").at(-1) ?? name;
  return [simple, simple.replace(/Connector$/, "")];
}
