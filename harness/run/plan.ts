import { nothingLeftOut, type PipelineSpec, pipelineNames, plainPipeline } from "#core/pipeline-spec.ts";
import { type StackPlan, type StackShape, serverNames } from "../stack.ts";
import type { Run, RunRequest } from "./runner.ts";
import type { ScenarioDefinition } from "./scenario.ts";

/** S3Proxy needs nothing that is not there already; where images are pulled anyway, MinIO is what most teams run. */
export const defaultObjectStore = { native: "s3proxy", docker: "minio" } as const;

/** The stack that a run asks for. */
export function stackPlan({
  request,
}: {
  request: Pick<RunRequest, "profile" | "objectStore"> & { readonly scenario: Asking };
}): StackPlan {
  const { scenario, profile, objectStore } = request;
  const { workerHeapMb = 768 } = scenario.stack ?? {};
  const { positions } = { ...plainPipeline, ...scenario.pipeline };
  return { ...stackShape(scenario), profile, positions, objectStore, workerHeapMb };
}

/** The servers of the stack that a scenario asks for, by name. */
export function stackServers(scenario: ScenarioDefinition): string[] {
  return serverNames(stackShape(scenario));
}

/** What a stack is asked for by. */
type Asking = Pick<ScenarioDefinition, "stack" | "pipeline">;

function stackShape({ stack = {}, pipeline = {} }: Asking): StackShape {
  const { brokers = 1, workers = 1, topology = "shared", replica = "none" } = stack;
  const { catalog } = { ...plainPipeline, ...pipeline };
  return { brokers, workers, topology, catalog, replica };
}

/** The pipeline that a run puts on its stack. */
export function pipelineSpec({ request, runId }: Run): PipelineSpec {
  const { scenario, profile } = request;
  const { given } = scenario.pipeline ?? {};
  const { shape, catalog, positions, partitions, sinkTasks, signals } = { ...plainPipeline, ...scenario.pipeline };
  return {
    runId,
    profile,
    shape,
    projection: { ...nothingLeftOut, ...scenario.pipeline?.projection },
    catalog,
    positions,
    partitions,
    sinkTasks,
    signals,
    tables: scenario.source.tables,
    names: given?.names ?? pipelineNames({ source: scenario.source.name, runId }),
    ...(given?.topics === undefined ? {} : { topics: given.topics }),
  };
}
