import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { type ClashRequest, clashOf } from "#artifacts/clash.ts";
import { type FloeError, usageError } from "#core/errors.ts";
import type { VersionChoice } from "#core/versions.ts";
import { type Axis, axes } from "./options.ts";

/** What `--matrix` names: for each part the versions to try. */
export const matrixFlag = z.partialRecord(z.enum(axes), z.array(z.string()));
export type Matrix = z.infer<typeof matrixFlag>;

export function addMatrix(command: Command): Command {
  return command.option(
    "--matrix <axis=version,version>",
    "run on each of these versions; given for several axes, on every combination",
    collectAxis,
    {},
  );
}

/** A version set of the matrix, or why it cannot be run. */
export interface MatrixColumn {
  readonly set: VersionChoice;
  readonly clash?: FloeError;
}

/**
 * Every combination, the first axis changing slowest; without a matrix, the versions of `--set` alone. Throws `VERSIONS_CLASH`
 * where not one of them can be run, `AXIS_TWICE` where `--set` names an axis, too.
 */
export async function matrixColumns(matrix: Matrix, request: ClashRequest): Promise<MatrixColumn[]> {
  const sets = combinations(matrix, request.set);
  // Without a matrix the run itself says it.
  if (sets.length === 1) return sets.map((set) => ({ set }));
  const columns = await Promise.all(sets.map((set) => columnOf({ ...request, set })));
  const [first] = columns;
  if (first?.clash !== undefined && columns.every(({ clash }) => clash !== undefined)) throw first.clash;
  return columns;
}

async function columnOf(request: ClashRequest): Promise<MatrixColumn> {
  const clash = await clashOf(request);
  return { set: request.set, ...(clash === undefined ? {} : { clash }) };
}

/** The product of the axes, laid over what is set for all of them. */
export function combinations(matrix: Matrix, set: VersionChoice): VersionChoice[] {
  let product: VersionChoice[] = [set];
  for (const axis of axes.toSorted((left, right) => orderIn(matrix, left) - orderIn(matrix, right))) {
    const versions = matrix[axis];
    if (versions === undefined) continue;
    if (set[axis] !== undefined) throw axisTwice(axis);
    product = product.flatMap((each) => [...new Set(versions)].map((version) => ({ ...each, [axis]: version })));
  }
  return product;
}

function orderIn(matrix: Matrix, axis: Axis): number {
  return Object.keys(matrix).indexOf(axis);
}

/** A run's name among others of its scenario: `incidents/i-02-… [iceberg=1.11.0]`. */
export function nameOn(scenario: string, set: VersionChoice): string {
  return `${scenario} [${setText(set)}]`;
}

function setText(set: VersionChoice): string {
  return Object.entries(set)
    .map(([axis, version]) => `${axis}=${version}`)
    .join(" ");
}

function axisTwice(axis: Axis): FloeError {
  return usageError({
    code: "AXIS_TWICE",
    what: `--set and --matrix both name ${axis}`,
    expected: "one of them",
    remedy: `leave --set ${axis}=… out, and give all its versions to --matrix`,
  });
}

function collectAxis(value: string, previous: Matrix): Matrix {
  const [, name, list = ""] = /^([a-z-]+)=(.+)$/.exec(value) ?? [];
  const axis = axes.find((known) => known === name);
  const versions = list.split(",");
  if (axis === undefined || versions.includes("")) {
    throw new InvalidArgumentError(`Expected axis=version,version with one of ${axes.join(", ")}.`);
  }
  return { ...previous, [axis]: [...(previous[axis] ?? []), ...versions] };
}
