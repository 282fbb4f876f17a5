import { catalogue } from "#lint/catalogue.ts";
import { finding } from "#lint/judge.ts";
import type { Found, Severity } from "#lint/rule.ts";
import type { View } from "#lint/view.ts";

export interface Told {
  readonly rule: string;
  /** The connector whose file is to be changed. */
  readonly view: View;
  /** The setting that it is about; where the file lacks it, the line of the connector's class is told. */
  readonly key: string;
  /** What was seen: the finding's first words. */
  readonly told: string;
  /** Otherwise the rule's own. */
  readonly severity?: Severity | undefined;
  readonly remedy?: string | undefined;
}

/** A finding about what runs, in lint's own shape; none where the file switches the rule off. */
export function tell({ rule, view, key, told, severity, remedy }: Told): Found[] {
  const said = catalogue().find(({ id }) => id === rule);
  if (said === undefined || view.document.off.includes(rule)) return [];
  const found = finding(said, view, { on: view.get(key), key, told, severity });
  return [remedy === undefined ? found : { ...found, remedy }];
}

/** Says that something was not asked, and why: what is not known is not passed over in silence. */
export function notTried(options: Omit<Told, "rule" | "severity">): Found[] {
  return tell({ rule: "not-tried", ...options });
}
