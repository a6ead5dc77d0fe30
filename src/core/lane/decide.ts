/**
 * A lane: Headgate's queue of merges for one repository and base branch. A feature owns a task until its pull is open. Then it
 * submits the pull as an entry, and the lane owns it until it lands, is ejected with a failure, or is withdrawn.
 *
 * Every event first changes the entries it is about (the `on…` functions). Then `advance` looks at the whole lane: it chooses the
 * front, moves it on, compares heads, sets timers, and sends features the standings that changed.
 *
 * # Properties
 *
 * - The tree that lands is the tree whose required checks passed: the front is updated with the base, its checks pass on that very
 *   head, the merge names the head, and the landed tree is compared with the tested one. If they differ, the lane halts until a
 *   person resumes.
 * - A check counts only if its producer made it for that head, and a job only if the head's `.github` is the base's.
 * - Changes that checks cannot vouch for wait for a person's approval of their content. The entry lets others pass meanwhile, and
 *   its failing checks are repaired.
 * - What is red on the base too starts no agent. The entry waits, lets others pass, and is updated once the base is green.
 * - Only the front is updated and merged. The others keep their places while their own checks run.
 * - A merge rests on an observation that was asked for after the last hint. What is unknown does not pass.
 * - Pending is not refused. A merge that GitHub refuses waits for a review, a check or an open branch, lets others pass, and is asked
 *   for again when the pull shows something new or after a pause of up to ten minutes.
 * - A branch has one writer. An entry that was ejected is away: the lane observes it and changes nothing.
 * - An entry is away only while the fault that it was sent back for still holds. Then the lane offers it to its feature.
 * - An entry that conflicts with one ahead of it waits while that one can land. The first entry that may continue never waits so.
 * - Every entry waits for an effect, a timer or a person, and every try is bounded. The sweep observes those near
 *   their merge once a minute, and all others every ten.
 * - A feature hears once how an entry ended: landed, ejected or left. Until then it hears every change of the entry's standing.
 *
 * # Sources of events
 *
 * - A. Features: `entry.submitted`, `entry.withdrawn`, `entry.parked`, `entries.held`, `entry.approved`.
 * - B. GitHub, as hints about a pull, a commit or a branch. They may be lost, repeated or late, and only lead to an observation.
 * - C. What the lane asked for: `pull.observed`, `pull.updated`, `pull.merged`, `checks.rerun`, `failure.read`, `heads.compared`, and
 *   `effect.failed` for each of these.
 * - D. Timers: `sweep` for the lane; `refresh` for an entry, where GitHub sends no webhook; `rest` after a merge that failed.
 *
 * # Races handled
 *
 * - A hint arrives while an observation runs. Observations are numbered, and a merge rests only on the answer to the last one. An
 *   answer that a hint overtook still counts for all else, unless the lane changed the entry since.
 * - Somebody pushes to the head. The new head starts over, and is observed once more, because hints about its commit found
 *   no lane before.
 * - GitHub shows the former head for a while after a promotion. That head is not judged again.
 * - The answer to a merge is lost, or a person merges first. The lane rests, observes, and asks for the merge again; the executor
 *   finds it done. A merge is never repeated without an observation in between.
 * - The feature gives up an entry that is merging. The entry stays until its outcome is known: a rollback must not miss it.
 * - An effect on a merging entry fails. Only the merge's own outcome or an observation ends a merge.
 * - A person approves what has changed again meanwhile. Approvals carry the number of what was shown, and another one counts not.
 * - GitHub accepts an update and does not make it, or never says whether the pull can be merged. Both are bounded by refreshes.
 * - The front is updated while others wait behind it in conflict. The comparison of the old heads holds them until the new one.
 * - A check that needs another one appears only after that one ended. It counts as missing `missing-minutes` after that, not before.
 *
 * # Races accepted
 *
 * - Somebody pushes to the base between the last observation and the merge. GitHub cannot pin the base of a merge, so an untested
 *   tree lands. The lane sees it in the landed tree and halts; it does not take the merge back.
 * - A comparison is of older heads, or unknown. An entry then waits for nothing, or merges first, and the other one is resolved. No
 *   tree lands untested because of it.
 * - A base that has not reported a check is not red, so an agent may be sent to repair what the base broke a moment ago.
 * - A required check that appears later than twice what the base shows, and than `missing-minutes`, is missing, and its entry is ejected.
 *   Its late report brings it back.
 *
 * # Designs dropped
 *
 * - Testing several entries together, or the next one on top of the front before that has landed. Both save little when one
 *   change in five fails, as agents' changes do, and the jobs they take are the agents' own.
 * - GitHub's merge queue. Only repositories of organisations have it, and it has no place for a repair by an agent.
 * - Keeping the tip of the base here and sending it with each landing (schema 2). Merges are heard of in any order, so the tip went
 *   back. Features observe the branch after each landing.
 * - Letting the outbox repeat a merge that failed. Its second request could merge a head that a hint had overtaken.
 */
import type { Effect } from "../effect.ts";
import type { Ignored, LaneEvent } from "../event.ts";
import { laneKey, topics } from "../keys.ts";
import { advance } from "./advance.ts";
import { onHeadsCompared } from "./ahead.ts";
import { onChecksRerun, onFailureRead } from "./checks.ts";
import type { LaneDraft } from "./draft.ts";
import { onLaneHinted, onLaneTimerDue, onPullObserved } from "./observation.ts";
import { onLaneEffectFailed, onPullMerged, onPullUpdated } from "./outcomes.ts";
import { onEntryParked } from "./returning.ts";
import { commitsWatched, type LaneEventOf, type LaneState } from "./state.ts";
import { onEntriesHeld, onEntryApproved, onEntrySubmitted, onEntryWithdrawn } from "./submission.ts";
import { setTimer } from "./timer.ts";
import { SWEEP_NEAR_MS } from "./watching/looking.ts";

/** Mutates `before` and returns it. Callers must pass a copy. */
export function decideLane(
  before: LaneState | null,
  envelope: { id: string; at: number; event: LaneEvent },
): { state: LaneState | null; effects: Effect[]; ignored: Ignored | null } {
  const { event, at } = envelope;
  if (before === null && event.type !== "entry.submitted")
    return { state: null, effects: [], ignored: "not-accepted-here" };
  const state = before === null ? newLane(event as LaneEventOf<"entry.submitted">) : before;
  const draft: LaneDraft = { state, at, effects: [] };
  const wasEmpty = state.entries.length === 0;
  const ignored = apply(draft, event);
  advance(draft);
  if (wasEmpty && state.entries.length > 0) draft.effects.push(setTimer({ kind: "sweep" }, at + SWEEP_NEAR_MS));
  return { state, effects: draft.effects, ignored };
}

function newLane({ repo, branch }: LaneEventOf<"entry.submitted">): LaneState {
  return {
    key: laneKey(repo, branch),
    repo,
    branch,
    halted: null,
    front: null,
    asks: 0,
    lastPlace: 0,
    merged: 0,
    entries: [],
  };
}

function apply(draft: LaneDraft, event: LaneEvent): Ignored | null {
  switch (event.type) {
    case "entry.submitted":
      return onEntrySubmitted(draft, event);
    case "entry.withdrawn":
      return onEntryWithdrawn(draft, event);
    case "entry.parked":
      return onEntryParked(draft, event);
    case "entries.held":
      return onEntriesHeld(draft, event);
    case "hinted":
      return onLaneHinted(draft, event);
    case "timer.due":
      return onLaneTimerDue(draft, event);
    case "entry.approved":
      return onEntryApproved(draft, event);
    case "pull.observed":
      return onPullObserved(draft, event);
    case "failure.read":
      return onFailureRead(draft, event);
    case "checks.rerun":
      return onChecksRerun(draft, event);
    case "heads.compared":
      return onHeadsCompared(draft, event);
    case "pull.updated":
      return onPullUpdated(draft, event);
    case "pull.merged":
      return onPullMerged(draft, event);
    case "effect.failed":
      return onLaneEffectFailed(draft, event);
  }
}

/** Returns the topics whose hints concern this lane. */
export function laneRoutes(state: LaneState): string[] {
  if (state.entries.length === 0) return [];
  const { repo } = state;
  const routes = new Set([topics.branch(repo, state.branch)]);
  for (const entry of state.entries) {
    routes.add(topics.pull(repo, entry.pull));
    routes.add(topics.branch(repo, entry.branch));
    routes.add(topics.commit(repo, entry.head));
    for (const sha of commitsWatched(entry)) routes.add(topics.commit(repo, sha));
  }
  return [...routes];
}
