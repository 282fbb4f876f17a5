import { dirname, relative } from "node:path";
import { type Plan, planText } from "./plan.ts";

export interface ScenarioTextOptions {
  readonly plan: Plan;
  /** The scenario that the plan stands on, and where the new one will lie. */
  readonly basePath: string;
  readonly path: string;
  /** `lost 12 × salaries, at kafka->sink`. */
  readonly found: string;
}

/** A plan as a scenario file: what it stands on is imported, the rest is spelled out. */
export function scenarioText({ plan, basePath, path, found }: ScenarioTextOptions): string {
  const base = relative(dirname(path), basePath);
  const { seed, workload, strikes } = plan;
  const story = `Found by a search, with seed ${seed}: ${found}. The plan: ${planText(plan)}.`;
  return [
    `import { defineScenario${strikes.length > 0 ? ", faults" : ""} } from "floe";`,
    `import base from ${JSON.stringify(base.startsWith(".") ? base : `./${base}`)};`,
    "",
    "export default defineScenario({",
    "  ...base,",
    `  story: ${JSON.stringify(story)},`,
    '  tags: ["explored"],',
    `  workload: ${JSON.stringify(workload)},`,
    ...(strikes.length === 0
      ? []
      : ["  faults: [", "    ...(base.faults ?? []),", ...strikes.map(({ text }) => `    ${text},`), "  ],"]),
    "});",
    "",
  ].join("\n");
}
