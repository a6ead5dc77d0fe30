/**
 * What the lane does next: one entry at the front is brought up to date, waits for its checks, and merges. The others
 * keep their places; their own checks run meanwhile. Who gives way to whom is in `ahead.ts`.
 */
import type { Actor } from "../event.ts";
import { compareHeads, conflictAhead, isFresh, mayAdvance } from "./ahead.ts";
import type { LaneDraft } from "./draft.ts";
import { askMerge, closeGate, eject, MAX_REFRESHES, nextAsk } from "./draft.ts";
import { judgeHead } from "./gate.ts";
import { withoutRerun } from "./judge.ts";
import type { Entry, LaneState } from "./state.ts";

/** Updates before the entry gives up its turn; its feature lets it come back so many times. */
const MAX_UPDATES = 10;

export function advance(draft: LaneDraft): void {
  const { state } = draft;
  const front = state.entries.find((entry) => entry.pull === state.front);
  if (front === undefined || (front.stage !== "merging" && !hasTheWay(state, front))) state.front = null;
  // Nobody waits behind one of which GitHub does not know whether it can be merged.
  if (front?.stage === "queued" && isFresh(front) && front.snapshot?.mergeable !== true) state.front = null;
  state.front ??= choose(state)?.pull ?? null;
  const chosen = state.entries.find((entry) => entry.pull === state.front);
  if (chosen !== undefined) drive(draft, chosen);
  compareHeads(draft);
  for (const entry of state.entries) {
    scheduleRefresh(draft, entry);
    explainToFeature(draft, entry);
  }
}

/** It may go on, and gives way to nobody ahead of it. */
function hasTheWay(state: LaneState, entry: Entry): boolean {
  return mayAdvance(state, entry) && conflictAhead(state, entry) === null;
}

/** The next front: what can merge at once, then what is being tested on the present base, then by place. */
function choose(state: LaneState): Entry | undefined {
  const rank = (entry: Entry): number => {
    if (entry.snapshot === null || entry.snapshot.behindBy > 0) return 2;
    return judgeHead(entry.checks, entry.snapshot.checks).verdict === "pass" ? 0 : 1;
  };
  return state.entries
    .filter((entry) => hasTheWay(state, entry) && isFresh(entry) && entry.snapshot?.mergeable === true)
    .sort((left, right) => rank(left) - rank(right) || left.place - right.place)[0];
}

function drive(draft: LaneDraft, entry: Entry): void {
  const { snapshot } = entry;
  if (snapshot === null || entry.stage !== "queued" || !isFresh(entry) || snapshot.mergeable !== true) return;
  if (entry.restsUntil !== null && draft.at < entry.restsUntil) return;
  if (snapshot.behindBy > 0) {
    if (entry.updates >= MAX_UPDATES) {
      const cause = `${draft.state.branch} moved ${MAX_UPDATES} times while this waited for its checks.`;
      eject(draft, entry, { class: "base-moved", cause, details: [] });
      return;
    }
    closeGate(entry);
    entry.stage = "updating";
    entry.updates += 1;
    draft.effects.push({
      type: "pull.update",
      repo: draft.state.repo,
      pull: entry.pull,
      head: entry.head,
      base: snapshot.baseSha,
      round: nextAsk(draft),
    });
    return;
  }
  if (judgeHead(entry.checks, snapshot.checks).verdict === "pass") {
    entry.tried = { head: entry.head, tree: snapshot.headTree, base: snapshot.baseSha };
    askMerge(draft, entry);
  }
}

/** GitHub sends nothing when `mergeable` is computed, and an accepted update may show late: look again, ever more rarely. */
function scheduleRefresh(draft: LaneDraft, entry: Entry): void {
  if (entry.away || entry.restsUntil !== null || entry.asked > entry.observed || entry.snapshot === null) return;
  const { snapshot } = entry;
  const waitsForGitHub =
    snapshot.mergeable === null ||
    snapshot.headSha === entry.formerHead ||
    (entry.stage === "updating" && isFresh(entry));
  if (entry.stage === "updating" && entry.refreshes >= MAX_REFRESHES) {
    // Accepted, but never done: ask again.
    entry.stage = "queued";
    entry.refreshes = 0;
  }
  if (!waitsForGitHub) {
    entry.refreshes = 0;
    return;
  }
  const delay = Math.min(250 * 2 ** Math.min(entry.refreshes, 20), 30_000);
  entry.refreshes += 1;
  draft.effects.push({ type: "timer.set", timer: `refresh:${entry.pull}`, dueAt: draft.at + delay });
}

function explainToFeature(draft: LaneDraft, entry: Entry): void {
  const { state } = draft;
  if (entry.away || entry.withdrawn) return;
  const { text, actor } = explain(state, entry);
  const checking = isChecking(entry);
  if (text === entry.explanation && checking === entry.checking) return;
  entry.explanation = text;
  entry.checking = checking;
  draft.effects.push({
    type: "send",
    to: entry.feature,
    key: `explained:${state.key}:${entry.pull}:${nextAsk(draft)}`,
    event: { type: "entry.explained", task: entry.task, pull: entry.pull, explanation: text, actor, checking },
  });
}

/** Whether required checks run on the entry's head, or will as soon as it is there. */
function isChecking(entry: Entry): boolean {
  const { snapshot } = entry;
  if (entry.stage === "merging") return false;
  if (snapshot === null || entry.stage === "updating" || snapshot.headSha !== entry.head) return true;
  const { reasons } = judgeHead(entry.checks, withoutRerun(entry, snapshot));
  return reasons.some(({ verdict }) => verdict === "pending" || verdict === "missing");
}

/** Why it is not merged yet, in one sentence, and who must act. */
export function explain(state: LaneState, entry: Entry): { text: string; actor: Actor } {
  const { snapshot } = entry;
  const by = (actor: Actor, text: string) => ({ actor, text });
  if (entry.stage === "merging") return by("github", "is being merged");
  if (state.halted !== null) return by("person", `the lane is halted: ${state.halted.reason}`);
  if (entry.held) return by("person", "is held by a person");
  if (snapshot === null) return by("github", "has just joined the lane");
  if (snapshot.draft) return by("person", "is a draft");
  const reviewer = snapshot.changesRequestedBy[0];
  if (reviewer !== undefined) {
    const answered = snapshot.changeRequests?.some((one) => one.by === reviewer && one.head !== entry.head) === true;
    return by("person", `@${reviewer} asked for changes${answered ? " of an earlier head" : ""}`);
  }
  if (entry.stage === "updating") return by("github", `is being brought up to date with ${state.branch}`);
  if (entry.stage === "reading-failure") return by("headgate", "its required checks failed");
  const conflict = mayAdvance(state, entry) ? conflictAhead(state, entry) : null;
  if (conflict !== null) {
    const where = `conflicts with #${conflict.ahead.pull} ahead of it in ${listed(conflict.paths)}`;
    return by("headgate", `${where}: waits until that one has landed, then it is resolved`);
  }
  const verdict = judgeHead(entry.checks, snapshot.checks);
  const open = verdict.reasons.find((reason) => reason.verdict !== "pass");
  if (open !== undefined) return by("github", open.text);
  if (entry.mode === "ready") return by("person", "is ready: a person merges it");
  if (snapshot.mergeable === null) return by("github", "GitHub is computing whether it can be merged");
  const ahead = state.entries.find((other) => other.pull === state.front);
  if (ahead !== undefined && ahead !== entry) return by("headgate", `waits for its turn behind #${ahead.pull}`);
  return by("headgate", "is next");
}

const SHOWN_PATHS = 3;

function listed(paths: readonly string[]): string {
  const more = paths.length - SHOWN_PATHS;
  const shown = paths.slice(0, SHOWN_PATHS).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
