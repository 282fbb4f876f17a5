import { rmSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a test run with one plain line, `N passed, N failed`, whatever else was printed. Before it goes what the tests left
 * behind, or, where one failed, the name of the folder that has it.
 */
export default class ClosingLine implements Reporter {
  readonly #leftovers: string;
  #ending: { readonly line: string; readonly failed: number } | undefined;

  constructor({ leftovers }: { readonly leftovers: string }) {
    this.#leftovers = leftovers;
    process.on("exit", () => this.#close());
  }

  /** Comes once, but after each change while files are watched. */
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === "passed").length;
    const skipped = tests.filter((test) => test.result().state === "skipped").length;
    const broken = modules.filter((module) => module.state() === "failed" && module.errors().length > 0).length;
    const failed = tests.filter((test) => test.result().state === "failed").length + broken + errors.length;
    this.#ending = { line: `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`, failed };
  }

  #close(): void {
    if (this.#ending?.failed === 0) rmSync(this.#leftovers, { recursive: true, force: true });
    else process.stdout.write(`what the tests left behind: ${this.#leftovers}\n`);
    if (this.#ending !== undefined) process.stdout.write(`${this.#ending.line}\n`);
  }
}
