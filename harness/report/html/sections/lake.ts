import type { DataFile, LakeTable, ReportData, Snapshot, Timeline } from "../data.ts";
import { bytes, count, moment, plural, share } from "../format.ts";
import { data, type Html, html } from "../markup.ts";
import { axis, band } from "./axis.ts";

/** Each table's snapshots on the run's axis, and its files. */
export function lakeSection({ tables, timeline }: ReportData): Html {
  if (tables.length === 0)
    return html`<section id="lake"><h2>Snapshots and files</h2><p class="quiet">No table has a snapshot in this run's evidence.</p></section>`;
  const most = Math.max(1, ...tables.flatMap(({ snapshots }) => snapshots.map(({ addedRecords }) => addedRecords)));
  return html`<section id="lake"><h2>Snapshots and files</h2>
<p class="legend"><span class="lake">a snapshot; its height is the rows it added (logarithmic)</span></p>
<div class="tables">${tables.map((table) => tableOf(table, { timeline, most }))}${axis(timeline.totalMs)}</div></section>`;
}

function tableOf(table: LakeTable, { timeline, most }: { timeline: Timeline; most: number }): Html {
  const { totalMs, faults } = timeline;
  const { snapshotCount, liveFiles, fileCount, liveRecords, liveBytes } = table;
  const gone = fileCount - liveFiles;
  return html`<details class="table"><summary><b>${data(table.table)}</b>
<span class="strip">${faults.map((fault) => band(fault, totalMs))}${table.snapshots.map((snapshot) => stem(snapshot, totalMs, most))}</span>
<span class="facts">${plural(snapshotCount, "snapshot")} · ${plural(liveFiles, "file")}${gone > 0 && ` (${count(gone)} no longer live)`} · ${plural(liveRecords, "row")} · ${bytes(liveBytes)}</span></summary>
${snapshotTable(table)}${fileTable(table)}</details>`;
}

function stem({ atMs, addedRecords, current, operation, id }: Snapshot, totalMs: number, most: number): Html {
  const height = Math.round(8 + (92 * Math.log1p(addedRecords)) / Math.log1p(most));
  return html`<i class="${current ? "current" : ""}" style="left:${share(atMs, totalMs)};height:${height}%" title="${moment(atMs)} ${operation}, ${count(addedRecords)} rows, snapshot ${id}"></i>`;
}

function snapshotTable({ snapshots, snapshotCount }: LakeTable): Html {
  const older = snapshotCount - snapshots.length;
  return html`<div class="scroll"><table><caption>snapshots${older > 0 && `, the newest ${snapshots.length} of ${count(snapshotCount)}`}</caption>
<thead><tr><th>at</th><th>snapshot</th><th>operation</th><th>rows added</th><th>files</th><th class="text">from the sink</th></tr></thead><tbody>${snapshots.map(
    ({ atMs, id, operation, addedRecords, addedFiles, current, notes }) =>
      html`<tr class="${current ? "current" : ""}"><td>${moment(atMs)}</td><td class="mono">${id}${current && " ●"}</td><td>${data(operation)}</td><td>${count(addedRecords)}</td><td>${count(addedFiles)}</td><td class="text">${data(notes.replaceAll("kafka.connect.", ""))}</td></tr>`,
  )}</tbody></table></div>`;
}

function fileTable({ files, fileCount }: LakeTable): Html {
  const more = fileCount - files.length;
  return html`<div class="scroll"><table><caption>files${more > 0 && `, the newest ${files.length} of ${count(fileCount)}`}</caption>
<thead><tr><th>rows</th><th>size</th><th>content</th><th>snapshot</th><th class="text">file</th></tr></thead><tbody>${files.map(fileRow)}</tbody></table></div>`;
}

function fileRow({ path, content, records, bytes: size, snapshot, live }: DataFile): Html {
  return html`<tr class="${live ? "" : "gone"}"><td>${count(records)}</td><td>${bytes(size)}</td><td>${data(content)}${!live && ", not live"}</td><td class="mono">${snapshot}</td><td class="text mono" title="${path}">${data(path.split("/").at(-1))}</td></tr>`;
}
