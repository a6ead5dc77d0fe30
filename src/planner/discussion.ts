/** Reads the newest comments on the issue by people with write access, oldest first. */
import type { Repo } from "../core/github.ts";
import type { CommentSnapshot, GitHub } from "../loop/github-port.ts";
import { visibleCharacters, visibleMarkdown } from "../messages/agent/untrusted.ts";

/** Limits the comments that are read, and the people whose permission is read. */
const MAX_COMMENTS = 100;
const MAX_PEOPLE = 20;
const MAX_COMMENT_CHARACTERS = 6_000;
const MAX_CHARACTERS = 40_000;

/** Commands are for Headgate to carry out; what they say to the planner reaches it as guidance. */
const COMMAND = /^\s*\/headgate(?=\s|$)/i;

export interface Remark {
  by: string;
  text: string;
}

/** Throws what the port throws. */
export async function readDiscussion(
  github: Pick<GitHub, "comments" | "permission">,
  repo: Repo,
  issue: number,
): Promise<Remark[]> {
  const comments = (await github.comments(repo, issue, null)).filter(isTalk).slice(-MAX_COMMENTS).toReversed();
  const people = [...new Set(comments.map(({ author }) => author))].slice(0, MAX_PEOPLE);
  const mayWrite = new Set<string>();
  for (const person of people) {
    const permission = await github.permission(repo, person);
    if (permission === "write" || permission === "admin") mayWrite.add(person);
  }
  const said: Remark[] = [];
  let left = MAX_CHARACTERS;
  for (const { author, body } of comments) {
    if (!mayWrite.has(author)) continue;
    const text = visibleMarkdown(body).trim().slice(0, MAX_COMMENT_CHARACTERS).toWellFormed();
    if (text === "") continue;
    left -= text.length;
    if (left < 0) break;
    said.unshift({ by: visibleCharacters(author), text });
  }
  return said;
}

function isTalk({ authorIsBot, body }: CommentSnapshot): boolean {
  return !authorIsBot && !COMMAND.test(body);
}
