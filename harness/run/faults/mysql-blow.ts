import { openMysql } from "#pipeline";
import type { MysqlClient } from "#stages/mysql/client.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { atOnce, type Moment, timed } from "../moments.ts";
import { unhealed } from "./parts.ts";

/** What a blow left: its mark, and what it announces. */
interface Blow {
  readonly proof: string | undefined;
  readonly announced?: Readonly<Record<string, number>>;
}

export interface OnMysql {
  readonly verb: string;
  readonly when: Moment | undefined;
  readonly ownPipeline?: boolean;
  readonly needs?: Fault["needs"];
  /** On a connection of its own, in the run's schema. */
  readonly strike: (mysql: MysqlClient, context: FaultContext) => Promise<Blow>;
}

/** A blow that nothing mends. Without a moment it falls as the act begins; inside another fault, when that one says. */
export function blow({ verb, when = atOnce, ownPipeline = false, needs = [], strike }: OnMysql): Fault {
  return {
    label: timed(verb, when),
    when,
    ownPipeline,
    needs,
    inject: async (context) => {
      await using mysql = await openMysql(context.stack, context.pipeline.spec.names.database);
      const { proof, announced } = await strike(mysql, context);
      return unhealed(proof, announced);
    },
  };
}
