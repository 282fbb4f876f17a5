import { nothingLeftOut, type PipelineSpec, pipelineNames } from "#core/pipeline-spec.ts";
import type { StackPlan } from "../stack.ts";
import type { Run, RunRequest } from "./runner.ts";

/** S3Proxy needs nothing that is not there already; where images are pulled anyway, MinIO is what most teams run. */
export const defaultObjectStore = { native: "s3proxy", docker: "minio" } as const;

/** The stack that a run asks for. */
export function stackPlan({
  request,
}: {
  request: Pick<RunRequest, "scenario" | "profile" | "objectStore">;
}): StackPlan {
  const { scenario, profile, objectStore } = request;
  const { brokers = 1, workers = 1, topology = "shared", workerHeapMb = 768 } = scenario.stack ?? {};
  return {
    profile,
    brokers,
    workers,
    topology,
    positions: scenario.pipeline?.positions ?? "gtid",
    objectStore,
    catalog: scenario.pipeline?.catalog ?? "rest",
    workerHeapMb,
  };
}

/** The pipeline that a run puts on its stack. */
export function pipelineSpec({ request, runId }: Run): PipelineSpec {
  const { scenario, profile } = request;
  const {
    shape = "debezium-transform",
    catalog = "rest",
    positions = "gtid",
    partitions = 1,
    sinkTasks = 1,
    given,
  } = scenario.pipeline ?? {};
  return {
    runId,
    profile,
    shape,
    projection: { ...nothingLeftOut, ...scenario.pipeline?.projection },
    catalog,
    positions,
    partitions,
    sinkTasks,
    tables: scenario.source.tables,
    names: given?.names ?? pipelineNames({ source: scenario.source.name, runId }),
    ...(given?.topics === undefined ? {} : { topics: given.topics }),
  };
}
