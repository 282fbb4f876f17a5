/** How far one part is. Sent again and again; the newest of a part counts. */
export interface FetchProgress {
  readonly part: string;
  /** All but `fetching` have no bytes to count: both numbers are 0. */
  readonly step: "resolving" | "fetching" | "unpacking" | "pulling" | "building" | "ready";
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export type OnProgress = (progress: FetchProgress) => void;

/** What is under way, by part. */
export type ProgressState = ReadonlyMap<string, FetchProgress>;

export function foldProgress(state: ProgressState, progress: FetchProgress): ProgressState {
  return new Map(state).set(progress.part, progress);
}

/** All parts together: `{ doneBytes, totalBytes, busy }`, where `busy` are the parts that are not done. */
export function totalProgress(state: ProgressState): { doneBytes: number; totalBytes: number; busy: string[] } {
  const all = [...state.values()];
  return {
    doneBytes: all.reduce((sum, part) => sum + part.doneBytes, 0),
    totalBytes: all.reduce((sum, part) => sum + part.totalBytes, 0),
    busy: all.filter((part) => !isDone(part)).map((part) => part.part),
  };
}

function isDone({ step, doneBytes, totalBytes }: FetchProgress): boolean {
  return step === "ready" || (step === "fetching" && doneBytes === totalBytes);
}

/** Tells a step that has no bytes to count. */
export function tellStep(onProgress: OnProgress, part: string, step: Exclude<FetchProgress["step"], "fetching">): void {
  onProgress({ part, step, doneBytes: 0, totalBytes: 0 });
}

const toldBytesMin = 256 * 1024;

/** Counts a part's bytes as its files come in, and tells of them in steps worth telling. */
export function byteCounter(part: string, totalBytes: number, onProgress: OnProgress): (bytes: number) => void {
  let [done, told] = [0, 0];
  const tell = () => onProgress({ part, step: "fetching", doneBytes: done, totalBytes });
  tell();
  return (bytes) => {
    // What is fetched a second time counts once.
    done = Math.min(done + bytes, totalBytes);
    if (done - told < Math.max(toldBytesMin, totalBytes / 100) && done < totalBytes) return;
    told = done;
    tell();
  };
}
