import type { Step } from "./check.ts";

/**
 * How many records had been delivered since the source's offset was last stored, at each blow (milliseconds since 1970) that
 * stopped the flow, all blows together: so many may come again where delivery is at least once.
 */
export function* deliveredSinceFlush(blows: readonly number[]): Step<number> {
  let records = 0;
  for (const blow of blows) {
    const [counted] =
      yield `SELECT count(*) AS n FROM records WHERE "timestampMs" <= ${blow} AND "timestampMs" > coalesce(
        (SELECT max("wallMs") FROM positions WHERE kind = 'source' AND "wallMs" <= ${blow}), 0)`;
    records += Number(counted?.["n"] ?? "0");
  }
  return records;
}
