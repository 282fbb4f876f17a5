/**
 * What scenarios and users' scripts may import: `import { defineScenario, employees, faults, mixed } from "floe"`.
 * Everything else is the harness's own business and may change.
 */

export type { Allowed, Expectation, KnownBug } from "#core/expectation.ts";
export type { CatalogType, PositionMode, Profile, Projection, RecordShape } from "#core/pipeline-spec.ts";
export type { Change, Row, RowUpdate, SeedStep, Source, SqlValue, Transaction } from "#core/source.ts";
export type { Anomaly, CheckVerdict, RunVerdict } from "#core/verdict.ts";
export type { Workload } from "#core/workload.ts";
export { accounts } from "#fixtures/accounts/accounts.ts";
export { allTypes } from "#fixtures/all-types/all-types.ts";
export { employees } from "#fixtures/employees/employees.ts";
export { mixed, updateColumn } from "#fixtures/workloads.ts";
export { checks } from "#run/checks.ts";
export { faults } from "#run/faults.ts";
export { defineScenario, type Scenario, type ScenarioDefinition, type SchemaChange } from "#run/scenario.ts";
