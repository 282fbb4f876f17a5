import { type VerdictName, verdictNames } from "#core/verdict.ts";
import { compareVersions, type VersionChoice, type VersionSet } from "#core/versions.ts";

/** A scenario of the incident library, as far as its row needs it. */
export interface IncidentStory {
  /** `incidents/i-29-truncated-table`. */
  readonly name: string;
  readonly reported: readonly string[];
  readonly shows: string;
  /** The versions that have the bug, by the scenario's own word: `{ iceberg: "<=1.11.0" }`. */
  readonly known: readonly Readonly<Record<string, string>>[];
}

/** What a run came to, as its verdict.json has it. */
export interface IncidentRun {
  readonly scenario: string;
  readonly verdict: VerdictName;
  readonly versions: VersionSet;
}

export interface IncidentsPage {
  readonly incidents: readonly IncidentStory[];
  readonly runs: readonly IncidentRun[];
  /** The lock file's versions, which a row does not name again. */
  readonly defaults: Required<VersionChoice>;
}

const parts = { kafka: "Kafka", debezium: "Debezium", iceberg: "Iceberg's sink", catalog: "the catalog" } as const;
const axes = ["debezium", "kafka", "iceberg", "catalog"] as const;

/** docs/incidents.md: a row for each incident, and what its runs came to on each version set. */
export function incidentsPage({ incidents, runs, defaults }: IncidentsPage): string {
  const names = new Set(incidents.map(({ name }) => name));
  const counted = runs.filter(({ scenario }) => names.has(scenario));
  const rows = incidents
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((incident) => rowOf(incident, { runs: counted, defaults }));
  return `# Incidents

Failures that others have had with this pipeline, as scenarios: \`./floe scenario --tag incident\`, or one by its number,
\`./floe scenario i-29\`. \`known-bug\` is a bug that these versions have; a \`valid\` run of an incident shows what is so by
design, down to the number of rows, or that the report is not seen here.

Made from ${counted.length} runs (\`npm run docs:incidents\`): ${setText(defaults, axes)}, ${around(counted)}.
A row names other versions where there were any. \`9 of 10\` is how many of the runs on these versions ended so.

| id | scenario | reported | what the runs show | known on | runs |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

type Runs = Pick<IncidentsPage, "runs" | "defaults">;

function rowOf({ name, reported, shows, known }: IncidentStory, { runs, defaults }: Runs): string {
  const [theme = "", file = ""] = name.split("/");
  const own = runs.filter(({ scenario }) => scenario === name);
  const cells = [
    incidentId(name),
    `[${file.replace(/^[a-z]-\d+-/, "").replaceAll("-", " ")}](../scenarios/${theme}/${file}.ts)`,
    reported.map(issueLink).join(", "),
    shows,
    [...new Set(known.map(conditionText))].join(", "),
    own.length === 0 ? "not run" : outcomes(own, defaults).join("<br>"),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** `I-29`, by which the incident goes. */
export function incidentId(name: string): string {
  return (/\/([a-z]-\d+)-/.exec(name)?.[1] ?? name).toUpperCase();
}

/** An issue as a link, where it says which tracker it is of. */
export function issueLink(issue: string): string {
  const [, repository, number] = /^([\w.-]+\/[\w.-]+)#(\d+)$/.exec(issue) ?? [];
  if (repository !== undefined) return `[${issue}](https://github.com/${repository}/issues/${number})`;
  if (issue.startsWith("DBZ-")) return `[${issue}](https://issues.redhat.com/browse/${issue})`;
  if (issue.startsWith("KAFKA-")) return `[${issue}](https://issues.apache.org/jira/browse/${issue})`;
  return issue;
}

function conditionText(when: Readonly<Record<string, string>>): string {
  return Object.entries(when)
    .map(([axis, condition]) => `${axis} ${condition.replace(/^<=/, "≤ ").replace(/^>=/, "≥ ").replace(/^</, "< ")}`)
    .join(" and ");
}

/** By version set, the default one first: `Iceberg's sink 1.11.0: known-bug 10 of 10`. */
function outcomes(runs: readonly IncidentRun[], defaults: Required<VersionChoice>): string[] {
  const sets = Map.groupBy(runs, ({ versions }) =>
    setText(
      versions,
      axes.filter((axis) => versions[axis] !== defaults[axis]),
    ),
  );
  return [...sets]
    .toSorted(([left], [right]) => compareVersions(left, right) || (left < right ? -1 : 1))
    .map(([set, those]) => `${set === "" ? "" : `${set}: `}${verdictCounts(those)}`);
}

function verdictCounts(runs: readonly IncidentRun[]): string {
  return verdictNames
    .map((name) => ({ name, count: runs.filter(({ verdict }) => verdict === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${name} ${count} of ${runs.length}`)
    .join(", ");
}

function setText(versions: VersionChoice, which: readonly (typeof axes)[number][]): string {
  return which.map((axis) => `${parts[axis]} ${versions[axis]}`).join(", ");
}

/** What no flag chooses: the versions that were found on the machine. */
function around(runs: readonly IncidentRun[]): string {
  const found = (part: "mysql" | "objectStore" | "duckdb" | "java") =>
    [...new Set(runs.map(({ versions }) => versions[part]))]
      .filter((version) => version !== "")
      .toSorted()
      .join(" and ");
  return `MySQL ${found("mysql")}, ${found("objectStore")}, DuckDB ${found("duckdb")}, Java ${found("java")}`;
}
