/** Performs the effects on the issue and its comments. Words are rendered when they are sent, from the state as it is then. */
import { MAX_COMMANDS } from "../../core/command.ts";
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import type { Permission, Repo } from "../../core/github.ts";
import { noticeMarker, statusMarker, taskOfIssue } from "../../messages/markers.ts";
import { noticeComment } from "../../messages/notices.ts";
import { statusComment } from "../../messages/status.ts";
import { type CommentSnapshot, Gone } from "../github-port.ts";
import type { Inside } from "../memory/states.ts";
import type { Outside } from "../outside.ts";
import type { EffectRun } from "./outcome-event.ts";
import { presentFeature } from "./present-feature.ts";

/**
 * Reads the issue with the commands on it. The core knows which of them are new; leaves out those that it has answered, or that were
 * written before the label. More than fit into one observation come in several, the oldest first, so that none is passed over.
 */
export async function performIssueObserve(
  inside: Inside,
  effect: EffectOf<"issue.observe">,
  run: EffectRun,
): Promise<FeatureEvent[]> {
  return await observed(inside, effect, run).catch((error: unknown) => [goneIn(error)]);
}

/** Throws the error where the issue is there. */
function goneIn(error: unknown): FeatureEvent {
  if (error instanceof Gone) return { type: "issue.gone", why: error.why, by: null };
  throw error;
}

async function observed(
  inside: Inside,
  effect: EffectOf<"issue.observe">,
  { aggregate }: EffectRun,
): Promise<FeatureEvent[]> {
  const { github, settings } = inside;
  const { repo, issue, round } = effect;
  const snapshot = await github.issue(repo, issue);
  const comments: Said[] = [...(await github.comments(repo, issue, null)), ...(await onPulls(github, effect))];
  const state = await presentFeature(inside, aggregate);
  const answered = new Set(state?.answeredCommands);
  const commands = comments.flatMap((comment) => {
    const { id, author: by, createdAt, pull } = comment;
    const at = Date.parse(createdAt);
    if (comment.authorIsBot || answered.has(id) || at < (state?.startedAt ?? 0) - 1_000) return [];
    const command =
      inside.readCommand(comment.body) ?? (pull === undefined && state?.questions !== null ? ANSWER : null);
    return command === null ? [] : [{ comment: id, by, createdAt, at, command, ...(pull && { pull }) }];
  });
  const label = settings.label.toLowerCase();
  const labelled = snapshot.labels.some((name) => name.toLowerCase() === label);
  const { title, body } = snapshot;
  const closed = effect.subIssues === true ? { closedSubIssues: await github.closedSubIssues(repo, issue) } : {};
  const seen = { open: snapshot.state === "open", labelled, title, body, ...closed };
  const heard = effect.pulls === undefined ? {} : { heardUntil: effect.pulls.at };
  const observations = Math.max(1, Math.ceil(commands.length / MAX_COMMANDS));
  return Array.from({ length: observations }, (_, index) => {
    const some = commands.slice(index * MAX_COMMANDS, (index + 1) * MAX_COMMANDS);
    return { type: "issue.observed", round, ...heard, observation: { ...seen, commands: some } };
  });
}

const ANSWER = { verb: "answer" as const };

type Said = CommentSnapshot & { pull?: number };

/** Reads the comments on the feature's pulls, whose webhooks may have been lost. One call, however many pulls there are. */
async function onPulls(github: Outside["github"], { repo, pulls }: EffectOf<"issue.observe">): Promise<Said[]> {
  if (pulls === undefined) return [];
  const recent = await github.recentComments(repo, new Date(pulls.since).toISOString());
  return recent.flatMap(({ issue, ...said }) => (pulls.numbers.includes(issue) ? [{ ...said, pull: issue }] : []));
}

export async function performPermissionObserve(
  { github, now, remembered }: Inside,
  { repo, comment, by, waiting }: EffectOf<"permission.observe">,
): Promise<FeatureEvent> {
  const ask = () => github.permission(repo, by);
  // Only commands beyond the room for them come in numbers, and a look-up for each would be a flood of its own.
  const permission = await (waiting === undefined ? ask() : remembered.permission(`${repo.id} ${by}`, now(), ask));
  return { type: "permission.observed", comment, by, permission, ...(waiting && { waiting }) };
}

export async function performClosingObserve(
  { github }: Pick<Outside, "github">,
  { repo, issue, by, round }: EffectOf<"closing.observe">,
): Promise<FeatureEvent> {
  const seen = by === null ? await github.issue(repo, issue) : null;
  const closer = by ?? seen?.closedBy ?? null;
  const permission = await permissionOf(github, repo, closer);
  return { type: "closing.observed", round, open: seen?.state === "open", by: closer ?? "ghost", permission };
}

export async function performSubIssueObserve(
  { github }: Pick<Outside, "github">,
  { repo, issue, round }: EffectOf<"sub-issue.observe">,
): Promise<FeatureEvent> {
  const { state, closedBy } = await github.issue(repo, issue).catch((error: unknown) => {
    // Only people with write access move or delete issues.
    if (error instanceof Gone) return { state: "gone" as const, closedBy: null };
    throw error;
  });
  if (state === "gone")
    return { type: "sub-issue.observed", issue, round, open: false, by: "ghost", permission: "write" };
  const open = state === "open";
  const permission = open ? "none" : await permissionOf(github, repo, closedBy);
  return { type: "sub-issue.observed", issue, round, open, by: closedBy ?? "ghost", permission };
}

/** Counts no bot as a person, whatever it may do: one for stale issues often has write access. */
async function permissionOf(github: Outside["github"], repo: Repo, login: string | null): Promise<Permission> {
  return login === null || login.endsWith("[bot]") ? "none" : await github.permission(repo, login);
}

export async function performSubIssueClose(
  { github }: Pick<Outside, "github">,
  { repo, issue, reason }: EffectOf<"sub-issue.close">,
): Promise<null> {
  await github.closeIssue(repo, issue, reason);
  return null;
}

export async function performStatusPublish(
  inside: Inside,
  effect: EffectOf<"status.publish">,
  { aggregate }: EffectRun,
): Promise<null> {
  const state = await presentFeature(inside, aggregate);
  if (state === null) return null;
  const body = statusComment(state, inside.now());
  await inside.github.upsertComment(effect.repo, effect.issue, statusMarker(state.life.number), body);
  return null;
}

export async function performNoticePost(outside: Outside, effect: EffectOf<"notice.post">): Promise<null> {
  const { repo, issue, notice, life } = effect;
  await outside.github.upsertComment(repo, issue, noticeMarker(notice, life), noticeComment(notice, life));
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
