/** The lane's judgement on everything that happens to it. What it does next is in `advance.ts`. */
import type { Effect } from "../effect.ts";
import type { Ignored, LaneEvent } from "../event.ts";
import { laneKey, topics } from "../keys.ts";
import { advance } from "./advance.ts";
import { compared, notCompared } from "./ahead.ts";
import type { LaneDraft } from "./draft.ts";
import { closeGate, eject, leave, nextAsk, refresh, rest, sendHome, sendLeft } from "./draft.ts";
import { judge } from "./judge.ts";
import { baseOf } from "./landed.ts";
import { type Entry, isAway, type LaneState, snapshotOf, stageAtRest } from "./state.ts";

type EventOf<Type extends LaneEvent["type"]> = Extract<LaneEvent, { type: Type }>;

const SWEEP_MS = 60_000;
const MAX_REFUSALS = 8;
/** With rests of up to a minute, half an hour. */
const MAX_OUTAGES = 40;
const MAX_ENTRIES = 400;
const LONGEST_REST_MS = 60_000;

/** `before` is given away: it becomes the draft. `decide` parses a copy of its own from what is stored. */
export function decideLane(
  before: LaneState | null,
  envelope: { id: string; at: number; event: LaneEvent },
): { state: LaneState | null; effects: Effect[]; ignored: Ignored | null } {
  const { event, at } = envelope;
  if (before === null && event.type !== "entry.submitted")
    return { state: null, effects: [], ignored: "not-accepted-here" };
  const state = before === null ? newLane(event as EventOf<"entry.submitted">) : before;
  const draft: LaneDraft = { state, at, effects: [] };
  const wasEmpty = state.entries.length === 0;
  const ignored = apply(draft, event);
  advance(draft);
  if (wasEmpty && state.entries.length > 0)
    draft.effects.push({ type: "timer.set", timer: "sweep", dueAt: at + SWEEP_MS });
  return { state, effects: draft.effects, ignored };
}

function newLane(event: EventOf<"entry.submitted">): LaneState {
  return {
    key: laneKey(event.repo, event.branch),
    repo: event.repo,
    branch: event.branch,
    halted: null,
    front: null,
    asks: 0,
    lastPlace: 0,
    merged: 0,
    entries: [],
  };
}

function apply(draft: LaneDraft, event: LaneEvent): Ignored | null {
  const { state } = draft;
  switch (event.type) {
    case "entry.submitted":
      return submitted(draft, event);
    case "entry.withdrawn":
      return withdrawn(draft, event);
    case "entries.held":
      for (const entry of state.entries) if (entry.feature === event.feature) entry.held = event.held;
      // A person who resumes has seen why the lane halted.
      if (event.lifts && state.entries.some((entry) => entry.feature === event.feature)) state.halted = null;
      return null;
    case "hinted":
      return hinted(draft, event);
    case "pull.observed":
      return observed(draft, event);
    case "failure.read": {
      const entry = entryOf(state, event.pull);
      if (entry === null || entry.stage.kind !== "reading-failure" || entry.head !== event.head) return "stale-head";
      const names = [...new Set(entry.stage.failing.map((check) => check.name))];
      const first = event.details.map((detail) => detail.text.trim().split("\n")[0] ?? "").find((line) => line !== "");
      const cause = { kind: "checks-red" as const, names, headline: first?.slice(0, 1_000) ?? null };
      eject(draft, entry, { class: "checks-failed", cause, details: event.details });
      return null;
    }
    case "pull.updated":
      return updated(draft, event);
    case "checks.rerun": {
      const entry = entryOf(state, event.pull);
      if (entry === null || entry.head !== event.head) return "stale-head";
      entry.headSince = draft.at;
      refresh(draft, entry);
      return null;
    }
    case "pull.merged":
      return merged(draft, event);
    case "heads.compared":
      return compared(state, event);
    case "timer.due":
      return timerDue(draft, event.timer);
    case "effect.failed":
      return effectFailed(draft, event);
  }
}

function entryOf(state: LaneState, pull: number | null): Entry | null {
  return state.entries.find((entry) => entry.pull === pull) ?? null;
}

function submitted(draft: LaneDraft, event: EventOf<"entry.submitted">): Ignored | null {
  const { state } = draft;
  const known = entryOf(state, event.entry.pull);
  if (known === null && state.entries.length >= MAX_ENTRIES) {
    const cause = { kind: "queue-full" as const, branch: state.branch, entries: MAX_ENTRIES };
    const failure = { class: "policy-blocked" as const, cause, details: [] };
    const { feature, task, pull, head } = event.entry;
    const ejection = { type: "entry.ejected" as const, task, pull, head, failure, gateMs: 0 };
    draft.effects.push({
      type: "send",
      to: feature,
      key: `ejected:${state.key}:${pull}:${nextAsk(draft)}`,
      event: ejection,
    });
    return "guard-refused";
  }
  if (known !== null && !isAway(known)) return "duplicate";
  const fresh = {
    ...event.entry,
    stage: { kind: "queued" as const },
    headSince: draft.at,
    refreshes: 0,
    tries: { updates: 0, refusals: 0, outages: 0 },
    reruns: { count: 0, checks: [] },
    tried: null,
    restsUntil: null,
    gateMs: 0,
    explained: null,
    comparisons: [],
  };
  if (known === null) {
    state.lastPlace += 1;
    state.entries.push({
      ...fresh,
      place: state.lastPlace,
      formerHead: null,
      observation: { asked: 0, latest: null },
    });
  } else {
    const formerHead = known.head === event.entry.head ? known.formerHead : known.head;
    Object.assign(known, fresh, { formerHead });
  }
  const entry = entryOf(state, event.entry.pull);
  if (entry !== null) refresh(draft, entry);
  return null;
}

function withdrawn(draft: LaneDraft, event: EventOf<"entry.withdrawn">): Ignored | null {
  const { state } = draft;
  const leaving = state.entries.filter(
    (entry) => entry.feature === event.feature && (event.task === null || entry.task === event.task),
  );
  // Whoever asks for one task waits for the answer.
  if (leaving.length === 0 && event.task !== null) {
    sendLeft(draft, event.feature, event.task);
    return null;
  }
  if (leaving.length === 0) return "not-accepted-here";
  for (const entry of leaving) {
    // A merge that was asked for may have happened: its outcome is still told.
    if (entry.stage.kind === "merging") entry.stage.withdrawn = true;
    else leave(draft, entry);
  }
  return null;
}

function hinted(draft: LaneDraft, { topic }: EventOf<"hinted">): Ignored | null {
  const { state } = draft;
  const concerned = state.entries.filter((entry) => {
    switch (topic.kind) {
      case "pull":
        return entry.pull === topic.pull;
      case "commit":
        return entry.head === topic.sha || snapshotOf(entry)?.headSha === topic.sha;
      case "branch":
        return topic.branch === state.branch || topic.branch === entry.branch;
      default:
        return false;
    }
  });
  if (concerned.length === 0) return "not-accepted-here";
  for (const entry of concerned) refresh(draft, entry);
  return null;
}

function observed(draft: LaneDraft, event: EventOf<"pull.observed">): Ignored | null {
  const { state } = draft;
  const entry = entryOf(state, event.pull);
  if (entry === null || event.seq !== entry.observation.asked) return "stale-observation";
  // The branch's tip is read of open pulls only: what GitHub records of the others lags behind it.
  const before = event.snapshot.state === "open" ? null : snapshotOf(entry);
  const snapshot = before === null ? event.snapshot : { ...event.snapshot, baseSha: before.baseSha };
  entry.observation.latest = { seq: event.seq, snapshot };
  judge(draft, entry);
  return null;
}

function updated(draft: LaneDraft, event: EventOf<"pull.updated">): Ignored | null {
  const entry = entryOf(draft.state, event.pull);
  if (entry === null || entry.stage.kind !== "updating") return "stale-observation";
  if (event.outcome === "conflict") {
    eject(draft, entry, {
      class: "conflict-with-base",
      cause: { kind: "conflicts-with-base", branch: draft.state.branch },
      details: [],
    });
    return null;
  }
  if (event.outcome !== "accepted") entry.stage = { kind: "queued" };
  refresh(draft, entry);
  return null;
}

function merged(draft: LaneDraft, event: EventOf<"pull.merged">): Ignored | null {
  const { state } = draft;
  const entry = entryOf(state, event.pull);
  if (entry === null || entry.stage.kind !== "merging") return "stale-head";
  const { askedAt, withdrawn } = entry.stage;
  const { outcome } = event;
  if (outcome.outcome !== "merged") {
    entry.stage = stageAtRest(entry);
    if (outcome.outcome === "refused") entry.tries.refusals += 1;
    // Unknown is not "not landed": whoever waits for the answer gets it after a look.
    if (withdrawn && outcome.outcome !== "unknown") leave(draft, entry);
    else if (entry.tries.refusals >= MAX_REFUSALS) {
      eject(draft, entry, {
        class: "policy-blocked",
        cause: { kind: "merge-refused", text: outcome.message },
        details: [],
      });
    } else {
      // Unknown is not failed: rest a little, then look before any retry.
      if (outcome.outcome === "unknown") entry.tries.outages += 1;
      if (entry.tries.outages > MAX_OUTAGES)
        eject(draft, entry, {
          class: "platform-unknown",
          cause: { kind: "outside", text: outcome.message },
          details: [],
        });
      else rest(draft, entry, Math.max(outcome.afterMs ?? 0, restAfter(entry.tries.refusals + entry.tries.outages)));
    }
    return null;
  }
  state.merged += 1;
  closeGate(entry);
  // Whoever merged it: where this lane asked for that very head, it is what this lane had tested.
  const ours = entry.tried?.head === entry.head;
  const testedTree = ours
    ? (entry.tried?.tree ?? outcome.landedTree)
    : (snapshotOf(entry)?.headTree ?? outcome.landedTree);
  draft.effects.push({
    type: "send",
    to: entry.feature,
    key: `landed:${state.key}:${entry.pull}`,
    event: {
      type: "entry.landed",
      task: entry.task,
      pull: entry.pull,
      order: state.merged,
      head: ours ? entry.head : (snapshotOf(entry)?.headSha ?? entry.head),
      base: baseOf(entry, outcome),
      testedTree,
      landedTree: outcome.landedTree,
      mergeSha: outcome.sha,
      mergedAt: outcome.at,
      gateMs: entry.gateMs + Math.max(0, draft.at - askedAt),
    },
  });
  if (ours && testedTree !== outcome.landedTree) {
    state.halted = {
      kind: "landed-tree-differs",
      pull: entry.pull,
      mergeSha: outcome.sha,
      branch: state.branch,
    };
  }
  sendHome(draft, entry);
  // The base moved under everyone else.
  for (const other of state.entries) refresh(draft, other);
  return null;
}

function timerDue(draft: LaneDraft, timer: string): Ignored | null {
  const { state } = draft;
  if (timer === "sweep") {
    if (state.entries.length === 0) return "superseded";
    draft.effects.push({ type: "timer.set", timer: "sweep", dueAt: draft.at + SWEEP_MS });
    for (const entry of state.entries) refresh(draft, entry);
    return null;
  }
  const entry = entryOf(state, Number(timer.replace(/^(refresh|rest):/, "")));
  if (entry === null) return "superseded";
  if (timer.startsWith("rest:")) entry.restsUntil = null;
  refresh(draft, entry);
  return null;
}

function effectFailed(draft: LaneDraft, event: EventOf<"effect.failed">): Ignored | null {
  if (event.effect === "heads.compare") return notCompared(draft.state, event);
  const entry = entryOf(draft.state, event.pull);
  if (entry === null || isAway(entry)) return "not-accepted-here";
  if (event.head !== null && event.head !== entry.head) return "stale-head";
  // A merge is under way: only its own word, or a look, says what became of it.
  if (entry.stage.kind === "merging" && event.effect !== "pull.merge")
    return event.effect === "pull.observe" ? null : "superseded";
  if (event.effect === "failure.read") {
    const cause = { kind: "logs-unreadable" as const };
    eject(draft, entry, { class: "checks-failed", cause, details: [] });
    return null;
  }
  entry.stage = stageAtRest(entry);
  entry.tries.outages += 1;
  if (event.failure.class === "platform-unknown" && entry.tries.outages <= MAX_OUTAGES) {
    rest(draft, entry, restAfter(entry.tries.outages));
    return null;
  }
  eject(draft, entry, { ...event.failure, class: "policy-blocked" });
  return null;
}

function restAfter(times: number): number {
  return Math.min(250 * 2 ** Math.min(times, 20), LONGEST_REST_MS);
}

/** Through which topics hints find this lane. */
export function laneRoutes(state: LaneState): string[] {
  if (state.entries.length === 0) return [];
  const { repo } = state;
  const routes = new Set([topics.branch(repo, state.branch)]);
  for (const entry of state.entries) {
    routes.add(topics.pull(repo, entry.pull));
    routes.add(topics.branch(repo, entry.branch));
    routes.add(topics.commit(repo, entry.head));
    const snapshot = snapshotOf(entry);
    if (snapshot !== null) routes.add(topics.commit(repo, snapshot.headSha));
  }
  return [...routes];
}
