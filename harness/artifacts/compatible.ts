import { type FloeError, usageError } from "#core/errors.ts";
import { compareVersions } from "#core/versions.ts";

export interface ChosenVersions {
  readonly kafka: string;
  readonly debezium: string;
  readonly iceberg: string;
  readonly catalog: string;
  /** Undefined where no mysqld was found yet. */
  readonly mysql?: string | undefined;
}

/** Refuses, by name, versions that cannot work together or lack what Floe stands on. */
export function assertCompatible(versions: ChosenVersions): void {
  const clash = rules.find((rule) => rule.clashes(versions));
  if (clash !== undefined) throw refused(clash, versions);
}

interface Rule {
  clashes(versions: ChosenVersions): boolean;
  readonly between: (versions: ChosenVersions) => string;
  readonly because: string;
  readonly remedy: string;
}

const before = (version: string, bound: string) => compareVersions(version, bound) < 0;

const rules: readonly Rule[] = [
  {
    clashes: ({ debezium, mysql }) => before(debezium, "3.0") && mysql !== undefined && !before(mysql, "8.4"),
    between: ({ debezium, mysql }) => `Debezium ${debezium} cannot read the binlog of MySQL ${mysql}`,
    because: "Debezium before 3.0 asks SHOW MASTER STATUS, which MySQL 8.4 and later do not have",
    remedy: "--set debezium=3.0.0.Final or later, or --mysqld FILE with a MySQL 8.0",
  },
  {
    clashes: ({ kafka }) => before(kafka, "3.6"),
    between: ({ kafka }) => `Kafka ${kafka} cannot be used`,
    because: "Connect's REST API changes offsets from 3.6 on (KIP-875)",
    remedy: "--set kafka=3.6.0 or later",
  },
  {
    clashes: ({ iceberg }) => before(iceberg, "1.9.2"),
    between: ({ iceberg }) => `Iceberg ${iceberg} cannot be used`,
    because: "Apache published all jars of its Kafka Connect sink for the first time with 1.9.2",
    remedy: "--set iceberg=1.9.2 or later",
  },
];

function refused(rule: Rule, versions: ChosenVersions): FloeError {
  return usageError({
    code: "VERSIONS_CLASH",
    what: rule.between(versions),
    got: rule.because,
    remedy: rule.remedy,
  });
}
