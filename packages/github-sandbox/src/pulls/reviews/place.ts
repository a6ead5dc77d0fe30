/** Finds the place of a comment in a pull's diff, with lines and positions as GitHub counts them. */

import type { CommentPlace } from "../../events/event.ts";
import type { GitDir } from "../../git/plumbing/dir.ts";
import { mergeBase } from "../../git/plumbing/history.ts";
import type { Pull, ReviewComment } from "../../store/entities.ts";

export type Side = "LEFT" | "RIGHT";

/** The place that a client asks for: a line, lines, or the old `position`. */
export interface WantedPlace {
  line: number | null;
  side: Side;
  startLine: number | null;
  startSide: Side | null;
  position: number | null;
}

export interface Place {
  position: number;
  line: number;
  side: Side;
  startLine: number | null;
  startSide: Side | null;
  diffHunk: string;
}

interface DiffLine {
  position: number;
  left: number | null;
  right: number | null;
  /** The index of its hunk's `@@` among the patch's lines. */
  hunk: number;
}

/**
 * Lists the lines of a patch that can be commented on. The line under the first `@@` is position 1, and further `@@` count:
 * https://docs.github.com/en/rest/pulls/comments#create-a-review-comment-for-a-pull-request
 */
function linesOf(patch: string): DiffLine[] {
  const found: DiffLine[] = [];
  let [left, right, hunk] = [0, 0, 0];
  for (const [position, text] of patch.split("\n").entries()) {
    const start = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text);
    if (start !== null) {
      [left, right, hunk] = [Number(start[1]), Number(start[2]), position];
      continue;
    }
    const mark = text.charAt(0);
    if (mark === "-") found.push({ position, left: left++, right: null, hunk });
    else if (mark === "+") found.push({ position, left: null, right: right++, hunk });
    else if (mark === " ") found.push({ position, left: left++, right: right++, hunk });
  }
  return found;
}

/** Finds the place in the patch. Returns null if the diff has no such line, or the lines are not of one hunk. */
export function placeIn(patch: string, wanted: WantedPlace): Place | null {
  const lines = linesOf(patch);
  const at = (line: number | null, side: Side) =>
    lines.find((each) => line !== null && (side === "LEFT" ? each.left : each.right) === line);
  const last =
    wanted.line === null ? lines.find(({ position }) => position === wanted.position) : at(wanted.line, wanted.side);
  if (last === undefined) return null;
  const side = wanted.line === null ? (last.right === null ? "LEFT" : "RIGHT") : wanted.side;
  const startSide = wanted.startLine === null ? null : (wanted.startSide ?? side);
  if (startSide !== null) {
    const first = at(wanted.startLine, startSide);
    if (first === undefined || first.hunk !== last.hunk || first.position >= last.position) return null;
  }
  return {
    position: last.position,
    line: (side === "LEFT" ? last.left : last.right) ?? 0,
    side,
    startLine: wanted.startLine,
    startSide,
    diffHunk: patch
      .split("\n")
      .slice(last.hunk, last.position + 1)
      .join("\n"),
  };
}

/** Reads one file's patch from its first `@@`. Returns null if the file is not in the diff, "" if it shows no lines. */
export async function patchOf(git: GitDir, from: string, to: string, path: string): Promise<string | null> {
  const text = await git.text(["--literal-pathspecs", "diff-tree", "-r", "-p", ...plain, from, to, "--", path]);
  if (text === "") return null;
  return /^@@[\s\S]*/m.exec(text)?.[0] ?? "";
}

const plain = ["--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];

/** Returns the commit where the pull's own changes start. */
export async function diffBaseOf(git: GitDir, pull: Pull): Promise<string> {
  return (await mergeBase(git, pull.baseSha, pull.headSha)) ?? pull.baseSha;
}

/**
 * Finds a comment's line in the present diff of the pull. Returns null if the comment is outdated: its line was changed
 * since, or is no longer in the diff.
 */
export async function presentPlace(git: GitDir, pull: Pull, comment: ReviewComment): Promise<CommentPlace | null> {
  const { path, side, startSide, line } = comment;
  if (line === null) return null;
  if (comment.commitId === pull.headSha) return { position: comment.position, line, startLine: comment.startLine };
  const from = await diffBaseOf(git, pull);
  const follow = (one: number | null, where: Side | null) =>
    where === "LEFT"
      ? followLine(git, comment.diffBase, from, path, one)
      : followLine(git, comment.commitId, pull.headSha, path, one);
  const now = await follow(line, side);
  const startLine = await follow(comment.startLine, startSide);
  if (now === null || (comment.startLine !== null && startLine === null)) return null;
  const patch = await patchOf(git, from, pull.headSha, path);
  return patch === null ? null : placeIn(patch, { line: now, side, startLine, startSide, position: null });
}

/** Returns the line's number in a later commit, or null if the line was changed. */
async function followLine(git: GitDir, from: string, to: string, path: string, line: number | null) {
  if (line === null) return null;
  if (from === to) return line;
  const args = ["--literal-pathspecs", "diff-tree", "-r", "-p", "-U0", ...plain, from, to, "--", path];
  let shift = 0;
  for (const [, start, removed = "1", , added = "1"] of (await git.text(args)).matchAll(
    /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm,
  )) {
    // git gives a hunk that removes nothing the line before it.
    const first = Number(start) + (removed === "0" ? 1 : 0);
    if (line < first) break;
    if (line < first + Number(removed)) return null;
    shift += Number(added) - Number(removed);
  }
  return line + shift;
}
