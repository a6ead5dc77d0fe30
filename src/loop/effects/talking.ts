/** Effects that people see. Words are rendered when sent, from the state as it is then. */
import type { Command } from "../../core/command.ts";
import { FeatureState } from "../../core/feature/state.ts";
import { noticeMarker, statusMarker } from "../../messages/markers.ts";
import { noticeComment } from "../../messages/notices.ts";
import { statusComment } from "../../messages/status.ts";
import type { Outside } from "../outside.ts";

type CommandOf<Type extends Command["type"]> = Extract<Command, { type: Type }>;

export async function publishStatus(
  outside: Outside,
  aggregate: string,
  command: CommandOf<"status.publish">,
): Promise<void> {
  const snapshot = await outside.store.snapshot(aggregate);
  if (snapshot === null) return;
  const body = statusComment(FeatureState.parse(snapshot.state), outside.now());
  await outside.github.upsertComment(command.repo, command.issue, statusMarker(), body, null);
}

export async function postNotice(outside: Outside, command: CommandOf<"notice.post">): Promise<void> {
  const { repo, issue, notice } = command;
  await outside.github.upsertComment(repo, issue, noticeMarker(notice), noticeComment(notice), null);
}
