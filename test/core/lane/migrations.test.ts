import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decide, read } from "../../../src/core/decide.ts";
import type { LaneState } from "../../../src/core/lane/state.ts";
import { type StoredSnapshot, storedSnapshot } from "../stored-snapshot.ts";

/** A lane as version 3 stored it, under the id of its repository. */
function stored(name: string): StoredSnapshot {
  return storedSnapshot(join(import.meta.dirname, "..", "..", "fixtures", "snapshots", `${name}.json`));
}

function migrated({ aggregate, ...snapshot }: StoredSnapshot): LaneState {
  return read(aggregate, snapshot) as LaneState;
}

describe("a lane of schema 3", () => {
  it("keeps what Headgate was doing about each entry", () => {
    const stages = migrated(stored("lane-3-stages")).entries.map(({ pull, stage }) => ({ pull, ...stage }));
    expect(stages).toEqual([
      { pull: 1, kind: "merging", askedAt: 1_000_000, away: false, withdrawn: true },
      { pull: 2, kind: "queued" },
      { pull: 3, kind: "queued" },
      { pull: 4, kind: "queued" },
      { pull: 5, kind: "away" },
      { pull: 6, kind: "queued" },
    ]);
  });

  it("keeps an entry that its feature gave up during a merge with an unknown outcome", () => {
    const [first, second] = migrated(stored("lane-3-unknown-merge")).entries;
    expect(first).toMatchObject({ stage: { kind: "withdrawn", away: false }, tries: { outages: 1 } });
    expect(first?.restsUntil).not.toBeNull();
    expect(second).toMatchObject({ stage: { kind: "updating" }, tries: { updates: 1 } });
  });

  it("keeps the number of the last observation asked for, and of the last answer all but its checks", () => {
    const snapshot = stored("lane-3-stages");
    const before = (snapshot.state as { entries: { asked: number; observed: number; snapshot: object }[] }).entries;
    expect(migrated(snapshot).entries.map(({ observation }) => observation)).toEqual(
      before.map(({ asked, observed, snapshot }) => ({
        asked,
        sent: asked,
        sentAt: 0,
        since: asked,
        latest: {
          seq: observed,
          snapshot: { ...snapshot, checks: [], producers: [], sameWorkflows: true, guarded: [], baseChecks: null },
        },
      })),
    );
  });

  it("keeps the check runs that were asked to run again", () => {
    expect(migrated(stored("lane-3-stages")).entries[5]?.reruns).toEqual({ count: 1, checks: [1] });
  });

  it.each([
    ["lane-3-undo", { kind: "undo", task: "a" }],
    ["lane-3-together", { kind: "whole-feature", issueTitle: "A feature" }],
    ["lane-3", "print"],
  ])("names what a task that Headgate added is for: %s", (name, title) => {
    expect(migrated(stored(name)).entries.map((entry) => entry.title)).toEqual([title]);
  });

  it("keeps the sentence that says why it is halted", () => {
    const { halted } = migrated(stored("lane-3-halted"));
    expect(halted).toMatchObject({
      kind: "unknown",
      text: expect.stringContaining("Pull request #1 landed as 6d65726"),
    });
  });

  it("sends the standing of every entry that it holds at its next event", () => {
    const { aggregate, ...snapshot } = stored("lane-3-stages");
    const sweep = { id: "e", at: 2_000_000, event: { type: "timer.due", timer: "sweep" } };
    const sent = decide(aggregate, snapshot, sweep).effects.flatMap((effect) =>
      effect.type === "send" && effect.event.type === "entry.explained" ? [effect.event] : [],
    );
    expect(sent.map(({ pull, standing }) => [pull, standing.kind])).toEqual([
      [2, "check"],
      [3, "conflicts-ahead"],
      [4, "check"],
      [6, "check"],
    ]);
  });
});

describe("a lane of schema 5", () => {
  it("offers an entry that it had sent back once nothing is wrong with it", () => {
    const snapshot = stored("lane-5");
    const [away, queued] = migrated(snapshot).entries;
    expect(away).toMatchObject({ stage: { kind: "away" }, sentBack: { fault: null, offered: false } });
    expect(queued).toMatchObject({ stage: { kind: "queued" }, sentBack: null });
    const { asked, latest } = away?.observation ?? expect.fail();
    const answered = (state: "closed" | "open") => {
      const event = { type: "pull.observed", pull: away?.pull, seq: asked, snapshot: { ...latest?.snapshot, state } };
      const { effects } = decide(snapshot.aggregate, snapshot, { id: "e", at: 2_000_000, event });
      return effects.flatMap((effect) => (effect.type === "send" ? effect.event.type : []));
    };
    expect(answered("closed")).not.toContain("entry.healed");
    expect(answered("open")).toContain("entry.healed");
  });
});

describe("a lane of schema 4", () => {
  it("judges what it has seen anew, and keeps a merge that it has asked for", () => {
    const [reading, merging] = migrated(stored("lane-4")).entries;
    expect(reading).toMatchObject({
      stage: { kind: "queued" },
      neutral: "pass",
      redBase: null,
      observation: { latest: { snapshot: { checks: [], producers: [], baseChecks: null } } },
    });
    expect(merging).toMatchObject({ stage: { kind: "merging" }, tried: { judgedBy: [] } });
  });

  it("does not send a pull back because an older version's request for logs cannot be read", () => {
    const snapshot = stored("lane-4");
    const { pull, head } = migrated(snapshot).entries[0] ?? expect.fail();
    const failure = { class: "platform-unknown", cause: { kind: "foreign-effect" }, details: [] };
    const event = { type: "effect.failed", effect: "failure.read", key: "k", pull, head, task: null, failure };
    const { state } = decide(snapshot.aggregate, snapshot, { id: "e", at: 2_000_000, event });
    expect((state as LaneState).entries[0]).toMatchObject({ stage: { kind: "queued" }, tries: { outages: 1 } });
  });
});
