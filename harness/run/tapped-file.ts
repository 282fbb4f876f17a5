import type { Bell } from "#core/bell.ts";
import { environmentError } from "#core/errors.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { Fetched, Gap } from "#stages/kafka/reader.ts";
import { type LineFile, openLines } from "./line-file.ts";

/** A file of JSON lines that topics fill as they grow. */
export interface TappedFile extends AsyncDisposable, Pick<LineFile, "file" | "write"> {
  /** Throws what kept it from reading on. */
  check(): void;
}

export interface TappedFileOptions {
  readonly kafka: Pick<KafkaClient, "tap">;
  readonly topics: readonly string[];
  /** Where to begin in each topic; from the start where nothing is said. */
  readonly from?: ReadonlyMap<string, PartitionOffsets>;
  readonly file: string;
  /** The lines that records make. What it throws is the end of the file: nothing after it is read. */
  readonly take: (fetched: Fetched) => readonly string[];
  /** Rung when records have come. */
  readonly bell?: Bell;
}

export function openTappedFile({ kafka, topics, from, file, take, bell }: TappedFileOptions): TappedFile {
  const lines = openLines(file);
  let failure: { readonly error: unknown } | undefined;
  const onFetched = (fetched: Fetched) => {
    if (failure !== undefined) return;
    try {
      lines.write(take(fetched));
    } catch (error) {
      failure = { error };
    }
    bell?.ring();
  };
  const onGap = (gap: Gap) => {
    failure ??= { error: goneUnread(gap, file) };
    bell?.ring();
  };
  const tap = kafka.tap({ topics, from: from ?? new Map(), onFetched, onGap });
  return {
    ...lines,
    check: () => {
      if (failure !== undefined) throw failure.error;
    },
    [Symbol.asyncDispose]: async () => {
      await tap[Symbol.asyncDispose]();
      lines[Symbol.dispose]();
    },
  };
}

function goneUnread({ topic, partition, from, to }: Gap, file: string): Error {
  return environmentError({
    code: "RECORDS_GONE",
    what: `${topic}, partition ${partition}: records were deleted before they could be written down`,
    expected: `offset ${from}`,
    got: `the first that is left is ${to}`,
    remedy: "look for a retention or a deletion that runs ahead of the harness",
    evidence: [file],
  });
}
