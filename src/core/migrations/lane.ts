/** Brings stored lanes to the present schema. */
import { withRepositoryId } from "./identity.ts";
import type { Fields, Step } from "./step.ts";

/** By the version a step starts from. */
export const laneSteps: Record<number, Step> = {
  // 2 numbers what is asked, and remembers the base's tip and what was tried.
  1: (state) => ({
    ...state,
    tip: null,
    // Far beyond any round that version 1 counted per entry.
    asks: 1_000_000,
    entries: (state.entries as Fields[]).map((entry) => ({
      ...entry,
      refusals: 0,
      outages: 0,
      rerunChecks: [],
      tried: null,
    })),
  }),
  // 3 remembers what a merge that was asked for would land on, which entries conflict with one ahead, and which are being
  // checked. Without a last explanation the lane sends a new one. It keeps no tip: features observe the branch themselves.
  2: ({ tip: _, ...state }) => ({
    ...state,
    entries: (state.entries as Fields[]).map((entry) => ({
      ...entry,
      tried: entry.tried === null ? null : { ...(entry.tried as object), base: null },
      comparisons: [],
      explanation: "",
      checking: true,
    })),
  }),
  // 4 groups the fields of an entry, and explains in values. Without a last standing the lane sends a new one.
  3: ({ halted, entries, ...state }) => ({
    ...state,
    halted: halted === null ? null : { kind: "unknown", text: (halted as { reason: string }).reason },
    entries: (entries as EntryOf3[]).map(grouped),
  }),
  // 5 knows who made each check. What 4 has seen counts no more: the sweep reads every pull again within a minute.
  4: ({ entries, ...state }) => ({ ...state, entries: (entries as EntryOf4[]).map(unjudged) }),
  // 6 holds the repository's id, knows which observations were sent, and remembers why an entry was sent back. Everything that 5 asked
  // for was sent. Of those that 5 sent back it does not know the reason or the head, so each is offered once nothing is wrong with it.
  5: ({ entries, ...state }) => ({
    ...withRepositoryId(state),
    entries: (entries as EntryOf4[]).map((entry) => {
      const away = entry.stage.kind === "away" || entry.stage.away === true;
      return { ...sent(entry), refused: null, sentBack: away ? { fault: null, head: "", offered: false } : null };
    }),
  }),
};

function sent({ observation, ...entry }: EntryOf4): Fields {
  return { ...entry, observation: { ...observation, sent: observation.asked, sentAt: 0, since: observation.asked } };
}

interface EntryOf3 extends Fields {
  task: string;
  title: string;
  stage: "queued" | "updating" | "reading-failure" | "merging";
  away: boolean;
  withdrawn: boolean;
  failing: object[];
  headSince: number;
  mergeAskedAt: number | null;
}

interface EntryOf4 extends Fields {
  stage: { kind: string; away?: boolean };
  observation: { asked: number; latest: { seq: number; snapshot: object } | null };
  tried: object | null;
}

function unjudged({ stage, observation: { asked, latest }, tried, ...entry }: EntryOf4): Fields {
  const unknown = { checks: [], producers: [], sameWorkflows: true, guarded: [], baseChecks: null };
  const seen = latest === null ? null : { ...latest, snapshot: { ...latest.snapshot, ...unknown } };
  return {
    ...entry,
    stage: stage.kind === "reading-failure" ? { kind: "queued" } : stage,
    observation: { asked, latest: seen },
    tried: tried === null ? null : { ...tried, judgedBy: [] },
    neutral: "pass",
    gateSurface: "approve",
    reachesBase: true,
    redBase: null,
    approval: { number: 0, waiting: [], granted: [] },
  };
}

/** Leaves the old fields in: parsing drops them. */
function grouped(entry: EntryOf3): Fields {
  const { asked, observed, snapshot, looks, updates, refusals, outages, reruns, rerunChecks } = entry;
  return {
    ...entry,
    stage: stageOf(entry),
    observation: { asked, latest: snapshot === null ? null : { seq: observed, snapshot } },
    refreshes: looks,
    tries: { updates, refusals, outages },
    reruns: { count: reruns, checks: rerunChecks },
    explained: null,
    title: titleOf(entry),
  };
}

/** Names what a task that Headgate added is for. */
function titleOf({ task, title }: EntryOf3): string | object {
  const undone = /^undo-\d+$/.test(task) ? /^Take back ([a-z0-9-]+)$/.exec(title)?.[1] : undefined;
  if (undone !== undefined) return { kind: "undo", task: undone };
  return task === "land" ? { kind: "whole-feature", issueTitle: title } : title;
}

function stageOf({ stage, away, withdrawn, failing, headSince, mergeAskedAt }: EntryOf3): Fields {
  if (stage === "merging") return { kind: "merging", askedAt: mergeAskedAt ?? headSince, away, withdrawn };
  if (withdrawn) return { kind: "withdrawn", away };
  if (away) return { kind: "away" };
  return stage === "reading-failure" ? { kind: stage, failing } : { kind: stage };
}
