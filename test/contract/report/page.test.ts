import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { environmentError } from "#core/errors.ts";
import { writeReport } from "#report/html/write.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { emptyEvidence, evidenceOfStream } from "../../unit/report/evidence-tables.ts";
import { plantHostileRow } from "../../unit/report/hostile-row.ts";
import {
  anomalies,
  beganWallMs,
  hostile,
  runHistory,
  stamped,
  verdictWith,
  writeRun,
} from "../../unit/report/scenes.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";
import { launchChromium } from "./chromium.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
}, 300_000);
afterAll(async () => browser.close());

describe("the report in Chromium", () => {
  test("of 100,000 operations opens within a second, is below 2 MB, and asks nobody for anything", async () => {
    const file = await report({ operations: 100_000, totalMs: 120_000, commitEveryMs: 1_000 });
    expect(statSync(file).size).toBeLessThan(2_000_000);
    const { page, requests, said } = await opened(file);
    const openMs = await page.evaluate<number>("performance.getEntriesByType('navigation')[0].loadEventEnd");
    expect(openMs).toBeLessThan(1_000);
    expect(await page.locator("h1").innerText()).toMatch(/valid/i);
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(said).toEqual([]);
    expect(await page.locator("#lives .lead").innerText()).toMatch(/of 60,000 rows that were changed/);
  }, 120_000);

  test("shows hostile text as text, and runs none of it", async () => {
    const file = await report({ operations: 300, red: true });
    const { page, requests, said } = await opened(file);
    expect(await page.evaluate("window.harmed")).toBeUndefined();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator(".example button.key").first().textContent()).toBe(`name=${hostile}`);
    await page.locator(".example button.key").first().click();
    expect(await page.locator("#life h3").textContent()).toBe(`employees name=${hostile}`);
    expect(await page.locator("#life .events").textContent()).toContain(hostile);
    expect(await page.locator("#life .cp").first().getAttribute("data-u")).toBe("U+202E");
    expect(requests).toHaveLength(1);
    expect(said).toEqual([]);
  });

  test("has no sideways scroll on a phone, with all of it open", async () => {
    const file = await report({ operations: 300, red: true });
    const { page } = await opened(file, { viewport: { width: 360, height: 740 } });
    await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  });

  test("tells the life of a row that is typed", async () => {
    const file = await report({ operations: 300 });
    const { page, said } = await opened(file);
    await page.fill("#life-key", "10005");
    await page.locator("#found button").first().click();
    const life = page.locator("#life");
    expect(await life.locator("h3").innerText()).toMatch(/emp_no=10005$/);
    expect(await life.locator("tbody tr").count()).toBeGreaterThan(0);
    expect(await life.locator(".dot").count()).toBeGreaterThan(2);
    expect(await life.innerText()).toContain("salary");
    await page.fill("#life-key", "no such key");
    expect(await page.locator("#found").innerText()).toContain("No such row");
    expect(said).toEqual([]);
  });

  test("says with the pointer what each stage had at a moment", async () => {
    const { page } = await opened(await report({ operations: 300 }));
    await page.locator("#chart").hover({ position: { x: 600, y: 100 } });
    expect(await page.locator("#readout").innerText()).toMatch(/mysql [\d,]+ +topic [\d,]+ +lake [\d,]+/);
  });

  test("is dark where the reader's screen is", async () => {
    const file = await report({ operations: 30 });
    const paper = async (colorScheme: "light" | "dark") => {
      const { page } = await opened(file, { colorScheme });
      return page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    };
    expect(lightness(await paper("light"))).toBeGreaterThan(240);
    expect(lightness(await paper("dark"))).toBeLessThan(40);
  });

  test("of a run that broke early says why, and what is missing", async () => {
    const folder = temporaryFolder();
    const broken = environmentError({ code: "PORT_TAKEN", what: "mysql could not start", remedy: "run it again" });
    const [began] = runHistory({ totalMs: 1_000, killed: false });
    const history = stamped(began === undefined ? [] : [[5, began]]);
    writeRun({
      folder,
      history,
      verdict: { ...verdictWith("unknown", [], 1_000), checks: [], error: [broken.message] },
    });
    using duckdb = await openDuckdb({});
    const { page, said } = await opened(await writeReport({ folder, rows: duckdb.rows }));
    expect(await page.locator("h1").innerText()).toMatch(/unknown/i);
    expect(await page.locator(".reason").innerText()).toBe("mysql could not start");
    expect(await page.locator(".gaps").innerText()).toMatch(/ledger/);
    expect(said).toEqual([]);
  });
});

interface Scene {
  readonly operations: number;
  readonly totalMs?: number;
  readonly commitEveryMs?: number;
  readonly red?: boolean;
}

async function report({ operations, totalMs = 40_000, commitEveryMs = 2_000, red = false }: Scene): Promise<string> {
  const folder = temporaryFolder();
  writeRun({
    folder,
    history: runHistory({ totalMs, killed: red }),
    verdict: verdictWith(red ? "invalid" : "valid", red ? anomalies : [], totalMs),
  });
  using duckdb = await openDuckdb({});
  await emptyEvidence(duckdb);
  const stream = {
    beganWallMs,
    operations,
    seededRows: 5_000,
    fromMs: totalMs * 0.3,
    toMs: totalMs * 0.75,
    commitEveryMs,
  };
  await evidenceOfStream(duckdb, stream);
  if (red) await plantHostileRow(duckdb);
  const file = await writeReport({ folder, rows: duckdb.rows });
  // For eyes: FLOE_SHOW=<folder> keeps the pages.
  const show = process.env["FLOE_SHOW"];
  if (show !== undefined) writeFileSync(join(show, `${operations}${red ? "-red" : ""}.html`), readFileSync(file));
  return file;
}

interface Opened {
  readonly page: Page;
  readonly requests: readonly string[];
  /** What the page said on its console, errors included. */
  readonly said: readonly string[];
}

async function opened(file: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
  onTestFinished(() => page.close());
  const [requests, said]: [string[], string[]] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  await page.goto(pathToFileURL(file).href);
  return { page, requests: requests.filter(isNoData), said };
}

function isNoData(url: string): boolean {
  return !url.startsWith("data:");
}

function lightness(color: string): number {
  return Math.min(...(color.match(/\d+/g) ?? []).slice(0, 3).map(Number));
}
