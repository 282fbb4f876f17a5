import { type Deadline, notYet, poll, seen } from "#core/deadline.ts";
import type { KafkaClient } from "./client.ts";

/**
 * Waits until a group has no members, so that its offsets can be moved. A stopped connector's consumers leave a moment
 * later; what an unclean stop left behind stays until its session ends.
 */
export async function awaitNoMembers({
  kafka,
  group,
  deadline,
}: {
  kafka: Pick<KafkaClient, "describeGroup">;
  group: string;
  deadline: Deadline;
}): Promise<void> {
  await poll({
    what: `group ${group} to have no members`,
    deadline,
    everyMs: 200,
    look: async () => {
      const { state, members } = await kafka.describeGroup(group);
      return members.length === 0 ? seen(undefined) : notYet(`${state}, ${members.length} members`);
    },
    remedy: "stop what else reads under this group: another connector of the same name, a console consumer",
  });
}
