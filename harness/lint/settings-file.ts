import { z } from "zod";
import { messageOf, usageError } from "#core/errors.ts";
import { catalogue } from "./catalogue.ts";
import { parts } from "./definitions.ts";
import { severities } from "./rule.ts";

export const failOn = ["never", ...severities] as const;

const settings = z.strictObject({
  /** Another severity for a rule, or `off`. */
  rules: z.record(z.string(), z.enum(["off", ...severities])).default({}),
  /** Keys that are right although no ConfigDef has them; `*` stands for anything. */
  keys: z.array(z.string()).default([]),
  for: z.enum(["production", "local"]).optional(),
  failOn: z.enum(failOn).optional(),
  /** Versions other than the newest: `{ "debezium": "2.7" }`. */
  set: z.partialRecord(z.enum(parts), z.string()).default({}),
  brokers: z.int().positive().optional(),
});

/** What a project has settled on: `floe.lint.json`. */
export type LintSettings = z.infer<typeof settings>;

export const noSettings: LintSettings = { rules: {}, keys: [], set: {} };

export function parseSettings({ file, text }: { file: string; text: string }): LintSettings {
  const parsed = settings.safeParse(json(file, text));
  const unknown = Object.keys(parsed.data?.rules ?? {}).find((id) => !catalogue().some((rule) => rule.id === id));
  if (parsed.success && unknown === undefined) return parsed.data;
  const got = parsed.success
    ? `a rule ${unknown ?? ""}`
    : z.prettifyError(parsed.error).split("\n").slice(0, 3).join("; ");
  throw bad(file, got, "floe lint --list-rules has the rules; docs/lint.md has the file's keys");
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bad(file, messageOf(error), "mend the JSON");
  }
}

function bad(file: string, got: string, remedy: string): Error {
  const expected =
    '{"rules": {"<rule>": "off"}, "keys": […], "for": "local", "failOn": "warn", "set": {…}, "brokers": 3}';
  return usageError({ code: "LINT_SETTINGS", what: `${file} cannot be used`, expected, got, remedy, evidence: [file] });
}
