import { appendFile, writeFile } from "node:fs/promises";
import { environmentError, systemCode } from "#core/errors.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { junitXml } from "#report/junit.ts";
import { annotations, markdownSummary } from "#report/markdown.ts";

export interface Publishing {
  readonly verdicts: readonly RunVerdict[];
  /** Where JUnit's XML is wanted. */
  readonly junit: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
}

/** Tells a CI what came out: JUnit where it is asked for, a summary and annotations where GitHub runs us. */
export async function publish({ verdicts, junit, environment, write }: Publishing): Promise<void> {
  const summary = environment["GITHUB_STEP_SUMMARY"];
  if (junit !== undefined) await toFile(junit, () => writeFile(junit, junitXml(verdicts)));
  if (summary !== undefined && summary !== "")
    await toFile(summary, () => appendFile(summary, markdownSummary(verdicts)));
  if (environment["GITHUB_ACTIONS"] === "true") for (const line of annotations(verdicts)) write(`${line}\n`);
}

async function toFile(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw environmentError({
      code: "REPORT_FILE",
      what: `${file} could not be written`,
      got: systemCode(error),
      remedy: "name a file in a folder that exists and can be written",
      cause: error,
    });
  }
}
