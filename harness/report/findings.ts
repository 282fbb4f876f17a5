import type { Anomaly, CheckVerdict } from "#core/verdict.ts";

/**
 * What is wrong, once each: several checks may have seen the same rows, and the one that saw most of a class at a hop of a
 * table speaks. Checks that came out as expected are left out. The most rows come first.
 */
export function findingsOf(checks: readonly CheckVerdict[]): readonly Anomaly[] {
  const surprising = checks.filter(({ verdict }) => verdict !== "valid").flatMap(({ anomalies }) => anomalies);
  const groups = Map.groupBy(surprising, (anomaly) => `${anomaly.class} ${anomaly.hop} ${anomaly.table}`);
  const most = [...groups.values()].map((same) => same.reduce((a, b) => (b.count > a.count ? b : a)));
  return most.toSorted((a, b) => b.count - a.count);
}

/** A check's evidence is a block of lines for each example: the key, then indented lines about it. */
export function evidenceBlocks({
  key,
  evidence,
}: Anomaly): { readonly key: string; readonly lines: readonly string[] }[] {
  const blocks: { key: string; lines: string[] }[] = [];
  for (const line of evidence) {
    const last = blocks.at(-1);
    if (last !== undefined && /^\s/.test(line)) last.lines.push(line.trim());
    else blocks.push({ key: line, lines: [] });
  }
  if (key === "" || blocks.some((block) => block.key === key)) return blocks;
  return [{ key, lines: blocks.flatMap((block) => [block.key, ...block.lines]) }];
}
