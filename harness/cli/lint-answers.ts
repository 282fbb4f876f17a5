import { closest } from "fastest-levenshtein";
import { usageError } from "#core/errors.ts";
import { catalogue } from "#lint/catalogue.ts";
import { kinds } from "#lint/document.ts";
import { explanation } from "#lint/tell/text.ts";

/** All about a rule, or which one was meant. */
export function explain(id: string): string[] {
  const found = catalogue().find((rule) => rule.id === id);
  if (found !== undefined) return explanation(found);
  const near = closest(
    id,
    catalogue().map((rule) => rule.id),
  );
  throw usageError({
    code: "NO_SUCH_RULE",
    what: `there is no rule ${id}`,
    remedy: `did you mean ${near}? floe lint --list-rules has all`,
  });
}

/** The error for a command that names no file. */
export function nothingAsked(): Error {
  const expected = "files, folders, or --pipeline FOLDER";
  return usageError({
    code: "NOTHING_TO_LINT",
    what: "no file was named",
    expected,
    remedy: "floe lint connectors/*.json",
  });
}

/** The error for files that were named and are nothing of ours. */
export function unrecognised(files: readonly string[]): Error {
  return usageError({
    code: "LINT_KIND_UNKNOWN",
    what: `${files[0] ?? ""} holds nothing that is known here`,
    expected: "a connector, worker, broker, topic, client or MySQL configuration",
    remedy: `say what it is: --as ${kinds.slice(0, 3).join("|")}|…`,
    evidence: files.slice(0, 10),
  });
}
