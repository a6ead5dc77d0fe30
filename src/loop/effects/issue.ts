/** Performs the effects on the issue and its comments. Words are rendered when they are sent, from the state as it is then. */
import { MAX_COMMANDS } from "../../core/command.ts";
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { noticeMarker, statusMarker, taskOfIssue } from "../../messages/markers.ts";
import { noticeComment } from "../../messages/notices.ts";
import { statusComment } from "../../messages/status.ts";
import type { Inside } from "../memory/states.ts";
import type { Outside } from "../outside.ts";
import type { EffectRun } from "./outcome-event.ts";
import { presentFeature } from "./present-feature.ts";

/** Reads the issue with all commands on it. The core knows which of them are new. */
export async function performIssueObserve(outside: Outside, effect: EffectOf<"issue.observe">): Promise<FeatureEvent> {
  const { github } = outside;
  const { repo, issue, round } = effect;
  const snapshot = await github.issue(repo, issue);
  const commands = (await github.comments(repo, issue, null)).flatMap((comment) => {
    const command = comment.authorIsBot ? null : (outside.readCommand(comment.body) ?? { verb: "answer" as const });
    return command === null
      ? []
      : [
          {
            comment: comment.id,
            by: comment.author,
            createdAt: comment.createdAt,
            at: Date.parse(comment.createdAt),
            command,
          },
        ];
  });
  const label = outside.settings.label.toLowerCase();
  const labelled = snapshot.labels.some((name) => name.toLowerCase() === label);
  const { title, body } = snapshot;
  const observation = {
    open: snapshot.state === "open",
    labelled,
    title,
    body,
    commands: commands.slice(-MAX_COMMANDS),
  };
  return { type: "issue.observed", round, observation };
}

export async function performPermissionObserve(
  { github }: Outside,
  { repo, comment, by }: EffectOf<"permission.observe">,
): Promise<FeatureEvent> {
  return { type: "permission.observed", comment, by, permission: await github.permission(repo, by) };
}

export async function performStatusPublish(
  inside: Inside,
  effect: EffectOf<"status.publish">,
  { aggregate }: EffectRun,
): Promise<null> {
  const state = await presentFeature(inside, aggregate);
  if (state === null) return null;
  const body = statusComment(state, inside.now());
  await inside.github.upsertComment(effect.repo, effect.issue, statusMarker(), body);
  return null;
}

export async function performNoticePost(outside: Outside, effect: EffectOf<"notice.post">): Promise<null> {
  const { repo, issue, notice } = effect;
  await outside.github.upsertComment(repo, issue, noticeMarker(notice), noticeComment(notice));
  return null;
}

export async function performReactionAdd(
  { github }: Outside,
  { repo, comment, content }: EffectOf<"reaction.add">,
): Promise<null> {
  await github.react(repo, comment, content);
  return null;
}

/** Closes the sub-issues first. Left open, they would be read as a plan that people wrote when the issue is labelled again. */
export async function performIssueClose(
  outside: Pick<Outside, "github">,
  { repo, issue, tasks }: EffectOf<"issue.close">,
): Promise<null> {
  const { github } = outside;
  const written = tasks.length === 0 ? [] : await github.subIssues(repo, issue);
  for (const { number, body, state } of written) {
    const id = taskOfIssue(body);
    if (state === "open" && id !== null && tasks.includes(id)) await github.closeIssue(repo, number, "completed");
  }
  await github.closeIssue(repo, issue, "completed");
  return null;
}
