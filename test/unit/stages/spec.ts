import { nothingLeftOut, type PipelineSpec, pipelineNames } from "#core/pipeline-spec.ts";

/** A pipeline of two tables, described as a run would. */
export function specOf(change: Partial<PipelineSpec> = {}): PipelineSpec {
  return {
    runId: "r1",
    profile: "fast",
    shape: "debezium-transform",
    projection: nothingLeftOut,
    catalog: "rest",
    positions: "gtid",
    partitions: 1,
    sinkTasks: 1,
    tables: ["employees", "salaries"],
    names: pipelineNames({ source: "employees", runId: "r1" }),
    ...change,
  };
}
