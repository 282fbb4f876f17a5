import type { Configuration, ReportData } from "../data.ts";
import { count, duration, moment, share } from "../format.ts";
import { data, type Html, html } from "../markup.ts";

/** What the run was made with. */
export const appendixSections = {
  configurations: ({
    configurations,
  }: ReportData): Html => html`<section id="configurations"><h2>Configurations as sent</h2>
${configurations.length === 0 ? html`<p class="quiet">The run ended before any was sent.</p>` : html`<div class="pair">${configurations.map(configurationOf)}</div>`}</section>`,

  versions: (report: ReportData): Html => html`<section id="versions"><h2>Versions and timings</h2>
<div class="pair">${versionTable(report)}${timings(report)}</div></section>`,
};

function configurationOf({ name, entries }: Configuration): Html {
  return html`<details class="configuration"><summary><b>${data(name)}</b> <span>${data(entries.find(([key]) => key === "connector.class")?.[1] ?? "")}, ${count(entries.length)} properties</span></summary><dl>${entries.map(
    ([key, value]) => html`<dt>${data(key)}</dt><dd>${data(value)}</dd>`,
  )}</dl></details>`;
}

function versionTable({ headline }: ReportData): Html {
  const { versions, profile, runtime, measured } = headline;
  const rows = [
    ...versions,
    ["profile", profile] as const,
    ["runtime", runtime] as const,
    ...measured.map(([name, value]) => [spaced(name), count(value)] as const),
  ];
  return html`<dl class="plain">${rows.map(([name, value]) => html`<dt>${data(spaced(name))}</dt><dd>${data(value)}</dd>`)}</dl>`;
}

/** `topicRecords` as words. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, left: string, right: string) => `${left} ${right.toLowerCase()}`);
}

/** Each step as a bar on the run's axis, then the phases' times. */
function timings({ steps, headline, timeline: { totalMs } }: ReportData): Html {
  const bars = steps.map(
    ({ text, fromMs, toMs }) =>
      html`<li><span>${data(text)}</span><i><b style="left:${share(fromMs, totalMs)};width:${share(toMs - fromMs, totalMs)}" title="${moment(fromMs)}"></b></i><time>${duration(toMs - fromMs)}</time></li>`,
  );
  const phases = headline.timings.map(
    ([name, ms]) => html`<dt>${spaced(name.replace(/Ms$/, ""))}</dt><dd>${duration(ms)}</dd>`,
  );
  return html`<div><ol class="steps">${bars}</ol><dl class="plain">${phases}</dl></div>`;
}
