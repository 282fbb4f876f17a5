import { FloeError, usageError } from "#core/errors.ts";
import type { ReadFile } from "#lint/document.ts";
import { isJudged, readConfiguration } from "#lint/read/file.ts";
import { run } from "#process/run.ts";

/** Files under the current folder that are not as they were when this branch left `base`; deleted ones are not among them. */
export async function changedSince(base: string, cwd: string): Promise<string[]> {
  const since = (await git(["merge-base", base, "HEAD"], { base, cwd })).trim();
  const changed = await git(["diff", "--name-only", "--relative", "--diff-filter=d", since], { base, cwd });
  const fresh = await git(["ls-files", "--others", "--exclude-standard"], { base, cwd });
  return lines(`${changed}\n${fresh}`).filter(isJudged);
}

/** A folder's configurations as they were when this branch left `base`. */
export async function filesAt(base: string, { folder, cwd }: { folder: string; cwd: string }): Promise<ReadFile[]> {
  const since = (await git(["merge-base", base, "HEAD"], { base, cwd })).trim();
  const place = folder === "." || folder === "" ? "./" : `./${folder}/`;
  const names = lines(await git(["ls-tree", "--name-only", since, place], { base, cwd })).filter(isJudged);
  return Promise.all(
    names.map(async (file) =>
      readConfiguration({ file, text: await git(["show", `${since}:./${file}`], { base, cwd }) }),
    ),
  );
}

async function git(args: readonly string[], { base, cwd }: { base: string; cwd: string }): Promise<string> {
  try {
    const what = `ask git: ${args.join(" ")}`;
    return (await run({ command: "git", args, what, withinMs: 30_000, remedy: "see what git says", cwd })).stdout;
  } catch (error) {
    if (!(error instanceof FloeError) || error.code !== "PROGRAM_FAILED") throw error;
    throw usageError({
      code: "BASE_UNKNOWN",
      what: `git cannot compare with ${base}`,
      expected: "a commit, branch or tag that this clone has, with the history between",
      got: error.evidence.join(" ") || error.got,
      remedy: `git fetch origin ${base.replace(/^origin\//, "")}; on a CI, check out with the whole history (fetch-depth: 0)`,
      cause: error,
    });
  }
}

function lines(text: string): string[] {
  return [...new Set(text.split("\n").filter((line) => line !== ""))];
}
