import type { Lives, ReportData } from "../data.ts";
import { count, plural } from "../format.ts";
import { data, type Html, html } from "../markup.ts";

/** One row through all stages, on demand. The script fills it. */
export function livesSection({ lives, findings }: ReportData): Html {
  const { keysKept } = lives;
  if (keysKept === 0)
    return html`<section id="lives"><h2>The life of a row</h2><p class="quiet">The evidence has no row to follow.</p></section>`;
  const wrong = findings.flatMap(({ anomaly, examples }) => examples.map(({ key }) => ({ table: anomaly.table, key })));
  return html`<section id="lives"><h2>The life of a row</h2>
<p class="lead">${whoIsHere(lives)}</p>
<form id="find"><select id="life-table" aria-label="table"></select><input id="life-key" type="search" autocomplete="off" spellcheck="false" placeholder="key, or a part of it: emp_no=10001" aria-label="key"></form>
<p class="chips">${wrong.slice(0, 12).map(({ table, key }) => html`<button type="button" class="key" data-table="${table}" data-key="${key}">${data(`${table} ${key}`)}</button>`)}</p>
<div id="found" class="chips"></div>
<div id="life" aria-live="polite"></div>
<noscript><p class="quiet">This part needs its script, which is in the page.</p></noscript></section>`;
}

function whoIsHere({ keysKept, keys, operations, changed, changedKept }: Lives): string {
  if (keysKept === keys) return `All ${count(keys)} rows of this run (${plural(operations, "operation")}) are here.`;
  const ofChanged =
    changedKept === changed
      ? `All ${count(changed)} rows that were changed are here`
      : `${count(changedKept)} of ${count(changed)} rows that were changed are here, those of anomalies and an even sample`;
  const rest = keys - changed;
  const ofRest =
    rest === 0 ? "" : `, and ${count(keysKept - changedKept)} of ${count(rest)} that only came with the first snapshot`;
  return `${ofChanged}${ofRest}. For any other: ./floe explain TABLE KEY.`;
}
