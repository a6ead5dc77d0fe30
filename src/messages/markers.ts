/**
 * What Headgate writes for itself to read back: hidden first lines of comments and issues, and trailers of commits. Anybody
 * can write the same, so whoever reads one back must check its author where that matters.
 */
import type { Notice } from "../core/effect.ts";
import { noticeKey } from "../core/effect.ts";
import { type Repo, repoName } from "../core/github.ts";
import { TaskId } from "../core/plan.ts";

function marker(kind: string): string {
  // Encoded, so that nothing in it can end the HTML comment.
  return `<!-- headgate:${encodeURIComponent(kind).replaceAll("%3A", ":")} -->`;
}

/** A comment of a later life never replaces the last word of a former one. */
function ofLife(kind: string, life: number): string {
  return marker(life === 1 ? kind : `life-${life}:${kind}`);
}

export function statusMarker(life: number): string {
  return ofLife("status", life);
}

export function planMarker(life: number): string {
  return ofLife("plan", life);
}

export function noticeMarker(notice: Notice, life = 1): string {
  return ofLife(`notice:${noticeKey(notice)}`, life);
}

export function taskMarker(id: string): string {
  return marker(`task:${id}`);
}

/** Ends the part of a pull's text that names the changes that need a person. */
export function guardedMarker(): string {
  return marker("guarded");
}

/** Returns the id of the task that the issue was written for; null: Headgate did not write it. The id only names a task. */
export function taskOfIssue(body: string): string | null {
  const id = /^<!-- headgate:task:([a-z0-9-]{1,40}) -->$/.exec(body.split("\n", 1)[0]?.trim() ?? "")?.[1];
  return id !== undefined && TaskId.safeParse(id).success ? id : null;
}

/** The last paragraph of a commit's message. */
export function attemptTrailers({ repo, issue, id }: { repo: Repo; issue: number; id: string }): string {
  return `Headgate-Feature: ${repoName(repo)}#${issue}\nHeadgate-Attempt: ${id}`;
}

/** Returns the attempt that made a commit, such as `12/parser/2`; null: none of ours. A revert counts as attempt 0. */
export function attemptOfMessage(message: string): string | null {
  // Trailers are the last paragraph. The first is the title, and an agent's plan may have written that.
  const paragraphs = message
    .replaceAll("\r\n", "\n")
    .trim()
    .split(/\n{2,}/);
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? "") : "";
  return /^Headgate-Attempt: (\d+\/[a-z0-9-]+\/\d+)$/m.exec(last)?.[1] ?? null;
}
