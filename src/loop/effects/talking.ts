/** Effects that people see. Words are rendered when sent, from the state as it is then. */
import type { Command } from "../../core/command.ts";
import { FeatureState } from "../../core/feature/state.ts";
import { noticeMarker, statusMarker } from "../../messages/markers.ts";
import { noticeComment } from "../../messages/notices.ts";
import { statusComment } from "../../messages/status.ts";
import type { Outside } from "../outside.ts";
import type { Inside } from "../remembered.ts";

type CommandOf<Type extends Command["type"]> = Extract<Command, { type: Type }>;

export async function publishStatus(
  inside: Inside,
  aggregate: string,
  command: CommandOf<"status.publish">,
): Promise<void> {
  const snapshot = await inside.store.snapshot(aggregate);
  if (snapshot === null) return;
  const remembered = inside.remembered.at(aggregate, snapshot.seq) as FeatureState | null | undefined;
  const body = statusComment(remembered ?? FeatureState.parse(snapshot.state), inside.now());
  await inside.github.upsertComment(command.repo, command.issue, statusMarker(), body, null);
}

export async function postNotice(outside: Outside, command: CommandOf<"notice.post">): Promise<void> {
  const { repo, issue, notice } = command;
  await outside.github.upsertComment(repo, issue, noticeMarker(notice), noticeComment(notice), null);
}
