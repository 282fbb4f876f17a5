import { join } from "node:path";

/** A file in a Maven repository, written `group:artifact:type[:classifier]:version`. */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly type: string;
  readonly classifier?: string;
  readonly version: string;
}

export const coordinatesPattern = /^[\w.-]+:[\w.-]+:[\w.]+(:[\w.-]+)?:[\w.-]+$/;

export function parseCoordinates(text: string): Coordinates {
  const [group = "", artifact = "", type = "", ...rest] = text.split(":");
  const version = rest.at(-1) ?? "";
  const [classifier] = rest.slice(0, -1);
  return { group, artifact, type, ...(classifier === undefined ? {} : { classifier }), version };
}

export function coordinatesText({ group, artifact, type, classifier, version }: Coordinates): string {
  return [group, artifact, type, ...(classifier === undefined ? [] : [classifier]), version].join(":");
}

/** Its name in every Maven repository. */
export function jarName({ artifact, version, classifier, type }: Coordinates): string {
  return `${artifact}-${version}${classifier === undefined ? "" : `-${classifier}`}.${type}`;
}

/** Where the cache keeps it. */
export function jarPath(coordinates: Coordinates): string {
  return join("maven", coordinates.group, coordinates.artifact, coordinates.version, jarName(coordinates));
}
