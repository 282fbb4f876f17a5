import { type PipelineSpec, pipelineNames, plainPipeline } from "#core/pipeline-spec.ts";

/** A pipeline of two tables, described as a run would. */
export function specOf(change: Partial<PipelineSpec> = {}): PipelineSpec {
  return {
    runId: "r1",
    profile: "fast",
    ...plainPipeline,
    tables: ["employees", "salaries"],
    names: pipelineNames({ source: "employees", runId: "r1" }),
    ...change,
  };
}
