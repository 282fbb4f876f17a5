/** The axes on which the servers' versions can be chosen (`--set iceberg=1.11.0`), and the ones that are found. */
export interface VersionSet {
  readonly kafka: string;
  readonly debezium: string;
  readonly iceberg: string;
  readonly catalog: string;
  readonly mysql: string;
  readonly objectStore: string;
  readonly duckdb: string;
  readonly java: string;
}

/** Before anything was found. */
export const noVersions: VersionSet = {
  kafka: "",
  debezium: "",
  iceberg: "",
  catalog: "",
  mysql: "",
  objectStore: "",
  duckdb: "",
  java: "",
};

/** Versions other than the lock file's defaults, by the part that `--set` names. */
export type VersionChoice = Readonly<Partial<Record<"kafka" | "debezium" | "iceberg" | "catalog", string>>>;

/** Compares dotted versions by number; `Final` and other words count as equal. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbers(left), numbers(right)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Whether a version meets a condition such as `<=1.11.0`, `>=3.0`, `<4`, `=1.12.0` or `1.12.0`. */
export function satisfies(version: string, condition: string): boolean {
  const [, operator = "", bound = ""] = /^(<=|>=|<|>|=)?\s*(.+)$/.exec(condition.trim()) ?? [];
  const order = compareVersions(version, bound);
  if (operator === "<=") return order <= 0;
  if (operator === ">=") return order >= 0;
  if (operator === "<") return order < 0;
  if (operator === ">") return order > 0;
  return order === 0;
}

function numbers(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}
