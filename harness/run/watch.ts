import { join } from "node:path";
import type { Pipeline } from "#pipeline";
import type { Ground } from "./ground.ts";
import type { Happenings } from "./happenings.ts";
import { watchLines } from "./log-lines.ts";
import { type Monitor, startMonitor } from "./monitor.ts";
import type { Recording } from "./recording.ts";
import type { Run } from "./runner.ts";
import { eventsAwaited } from "./scenario.ts";

/** Watches a pipeline that runs: the rows of each stage, and what moments wait for. The run's scope owns it. */
export async function watch({ run, ground, pipeline, recording }: Watching): Promise<Monitor> {
  const { scope, history } = run;
  const { ledger, control, happenings } = recording;
  for (const server of logsAwaited(run))
    await scope.own(`log of ${server}`, watchLines(logOf({ ground, server, happenings })));
  const monitor = startMonitor({
    ...ground,
    pipeline,
    history,
    control,
    everyMs: 500,
    acknowledged: () => ground.seededRows + ledger.operations(),
    onRows: ({ topic, lake }) => {
      happenings.note({ kind: "rows", stage: "topics", rows: topic });
      happenings.note({ kind: "rows", stage: "lake", rows: lake });
    },
  });
  return scope.own("monitor", monitor);
}

export interface Watching {
  readonly run: Run;
  readonly ground: Ground;
  readonly pipeline: Pipeline;
  readonly recording: Recording;
}

/** The servers whose log a moment waits for a line of. */
function logsAwaited({ request }: Run): ReadonlySet<string> {
  return new Set(eventsAwaited(request.scenario).flatMap((event) => ("log" in event ? [event.log] : [])));
}

function logOf({ ground, server, happenings }: { ground: Ground; server: string; happenings: Happenings }) {
  return {
    file: join(ground.session.logs, `${server}.log`),
    onLine: (line: string) => happenings.note({ kind: "log", server, line }),
  };
}
