import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decide, read, Unreadable } from "../../src/core/decide.ts";
import { FEATURE_SCHEMA, FeatureState } from "../../src/core/feature/state.ts";
import { entryOf } from "../../src/core/feature/task.ts";
import { LANE_SCHEMA } from "../../src/core/lane/state.ts";
import { storedSnapshot } from "./stored-snapshot.ts";
import { sha } from "./world.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "snapshots");
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));

/**
 * Snapshots as released versions stored them, under the id of their repository. A new schema adds a file; none is ever changed.
 */
function stored(name: string): { aggregate: string; state: unknown; schema: number } {
  return storedSnapshot(join(folder, `${name}.json`));
}

const sweep = { id: "e", at: 2_000_000_000_000, event: { type: "timer.due", timer: "sweep" } };

describe("a snapshot", () => {
  it("is kept of every older version", () => {
    const older = (name: string, present: number) =>
      Array.from({ length: present - 1 }, (_, index) => `${name}-${index + 1}.json`);
    const wanted = [...older("feature", FEATURE_SCHEMA), ...older("lane", LANE_SCHEMA)];
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(wanted));
  });

  const over = ["feature-5-cancelled", "feature-5-completed", "feature-5-failed"];

  it.each([
    [
      "feature-5-not-ready",
      {
        stage: "planning",
        parked: {
          kind: "unknown",
          text: "`main` requires no checks, so nothing would judge an agent's work. Require at least one status check in the branch's protection, or name one under `checks` in `.github/headgate.yml`.",
        },
      },
    ],
    ["feature-5-questions", { stage: "planning", parked: { kind: "questions-open" } }],
    ["feature-5-budget", { stage: "executing", parked: { kind: "budget-short", of: ["usd"] } }],
    ["feature-5-proposed", { stage: "proposed", plan: { version: 1 }, tasks: [{ stage: "blocked" }] }],
    [
      "feature-5-task-parked",
      {
        tasks: [
          {
            stage: "parked",
            failure: { class: "agent-failed", cause: { kind: "unknown", text: "I give up" } },
            origin: { where: "attempt" },
          },
          { stage: "blocked" },
        ],
      },
    ],
    [
      "feature-5-cancelled",
      { stage: "cancelled", endedBy: "ada", tasks: [{ landing: { order: 1 } }, { landing: null }] },
    ],
    ["feature-5-completed", { stage: "completed", tasks: [{ stage: "done", landing: { order: 1 } }] }],
    [
      "feature-5-rolling-back",
      {
        stage: "rolling-back",
        endedBy: "ada",
        since: 1_000_000,
        tasks: [
          { plan: { title: "a" }, landing: { order: 2 } },
          { plan: { title: "b" }, landing: { order: 1 } },
          { plan: { title: "c", description: "Do it." } },
          {
            stage: "in-lane",
            plan: {
              title: { kind: "undo", task: "a" },
              description: { kind: "undo", task: "a", merge: sha("merge-10") },
            },
          },
          { stage: "blocked", plan: { title: { kind: "undo", task: "b" } } },
        ],
      },
    ],
    [
      "feature-5-failed",
      {
        stage: "failed",
        endedBy: "ada",
        leftBy: null,
        tasks: [{}, {}, {}, { plan: { title: { kind: "undo", task: "a" }, description: "" } }, { stage: "done" }],
      },
    ],
    [
      "feature-5-together",
      {
        tasks: [
          { stage: "done" },
          { stage: "done" },
          {
            stage: "in-lane",
            plan: {
              title: { kind: "whole-feature", issueTitle: "A feature" },
              description: {
                kind: "whole-feature",
                tasks: [
                  { id: "a", title: "a" },
                  { id: "b", title: "b" },
                ],
              },
            },
          },
        ],
      },
    ],
    [
      "feature-5-promotion-waits",
      {
        tasks: [
          {
            stage: "waiting",
            failure: { class: "platform-unknown" },
            origin: { where: "promotion", promotion: { step: "commit", change: [{ path: "a.ts" }] } },
          },
          { stage: "waiting", origin: { where: "promotion", promotion: { step: "open", paths: ["b.ts"] } } },
        ],
      },
    ],
    [
      "feature-5-revert-waits",
      {
        tasks: [
          { stage: "done" },
          { stage: "cancelled" },
          { stage: "waiting", origin: { where: "promotion", promotion: { step: "revert" } } },
        ],
      },
    ],
  ])("of version 5 holds values and what its stage needs: %s", (name, values) => {
    const { aggregate, ...snapshot } = stored(name);
    expect(read(aggregate, snapshot)).toMatchObject(values);
  });

  it("of version 6 keeps which file held a secret, under the scanner's name for it, and admits nothing", () => {
    const { aggregate, ...snapshot } = stored("feature-6-secret");
    expect(read(aggregate, snapshot)).toMatchObject({
      policy: { secrets: { allow: [] } },
      tasks: [
        {
          attempts: [{ cause: { violations: [{ kind: "secret", rule: "github" }, {}, {}] } }, {}],
          failure: {
            cause: {
              violations: [
                { kind: "secret", path: "a.ts", rule: "github", line: null, fingerprint: null },
                { kind: "content", path: "b.ts", finding: "conflict-markers" },
                { kind: "protected", path: ".github/ci.yml" },
              ],
            },
          },
        },
        {},
      ],
    });
  });

  it("of version 6 names no producers, and knows of no merge what judged its checks", () => {
    const { aggregate, ...snapshot } = stored("feature-6");
    expect(read(aggregate, snapshot)).toMatchObject({
      policy: { producers: {}, neutral: "pass", gateSurface: "approve", secrets: { allow: [] } },
      tasks: [{ landing: { order: 1, judgedBy: [] } }, {}, {}, {}],
    });
  });

  it.each(names.filter((name) => !over.includes(name)))("of an older version continues: %s", (name) => {
    const { aggregate, ...snapshot } = stored(name);
    const decision = decide(aggregate, snapshot, sweep);
    expect(decision.ignored).toBeNull();
    expect(decision.schema).toBeGreaterThanOrEqual(snapshot.schema);
    expect(decision.effects.length).toBeGreaterThan(0);
    const again = decide(aggregate, { state: decision.state, schema: decision.schema }, { ...sweep, id: "f" });
    expect(again.ignored).toBeNull();
  });

  it("of version 2 sends the feature again what is being checked", () => {
    const { aggregate, ...snapshot } = stored("lane-2");
    const sent = decide(aggregate, snapshot, sweep).effects.filter((effect) => effect.type === "send");
    expect(sent.map((effect) => effect.event)).toEqual([
      {
        type: "entry.explained",
        task: "print",
        pull: 11,
        // An older version did not know who made its checks, so they are read again.
        standing: { kind: "check", name: "unit", verdict: "missing" },
        checking: true,
      },
    ]);
  });

  it("of version 2 starts what it would have started then: nothing is kept apart or held", () => {
    const { aggregate, ...snapshot } = stored("feature-2");
    const { state, effects } = decide(aggregate, snapshot, {
      ...sweep,
      event: { type: "timer.due", timer: "wait:total" },
    });
    const { tasks } = FeatureState.parse(state);
    expect(effects.some((effect) => effect.type === "attempt.dispatch" && effect.task === "total")).toBe(true);
    expect(tasks.map((task) => [task.plan.id, entryOf(task)?.checking])).toContainEqual(["print", true]);
  });

  it("of version 4 keeps what was known of a task's failure, of its place in the lane and of a change under promotion", () => {
    const { aggregate, ...snapshot } = stored("feature-4");
    const { state, effects } = decide(aggregate, snapshot, {
      ...sweep,
      event: { type: "timer.due", timer: "wait:d" },
    });
    const tasks = new Map(FeatureState.parse(state).tasks.map((task) => [task.plan.id, task]));
    expect(tasks.get("b")).toMatchObject({
      stage: "in-lane",
      entry: { standing: { kind: "unknown", text: "is being merged", actor: "github" }, checking: false },
    });
    expect(tasks.get("c")).toMatchObject({ stage: "working", machine: { kind: "repair" } });
    const again = effects.find((effect) => effect.type === "attempt.dispatch");
    expect(again).toMatchObject({ task: "d", brief: { failure: { cause: { text: "529 overloaded" } } } });
    const outage = {
      class: "platform-unknown",
      cause: { kind: "outside" as const, text: "GitHub answered 503" },
      details: [],
    };
    const refused = { type: "change.refused", task: "e", attempt: 1, failure: outage };
    const waiting = decide(aggregate, snapshot, { ...sweep, event: refused });
    const due = { ...sweep, id: "f", event: { type: "timer.due", timer: "wait:e" } };
    const { effects: promotions } = decide(aggregate, { state: waiting.state, schema: waiting.schema }, due);
    expect(promotions.find((effect) => effect.type === "change.write")).toMatchObject({
      task: "e",
      against: sha("base"),
      parents: [sha("base")],
      manifest: [{ path: "e.ts" }],
    });
  });

  it("of version 7 carries out the commands that waited, after one look-up for each person", () => {
    const { aggregate, ...snapshot } = stored("feature-7");
    const { state } = decide(aggregate, snapshot, sweep);
    expect(FeatureState.parse(state).senders).toMatchObject([
      { login: "mallory", comment: 71, permission: null },
      { login: "ada", comment: 72, permission: "write" },
    ]);
    const refused = {
      ...sweep,
      event: { type: "permission.observed", comment: 71, by: "mallory", permission: "none" },
    };
    const next = FeatureState.parse(decide(aggregate, snapshot, refused).state);
    expect(next).toMatchObject({
      pendingCommands: [],
      hold: { by: "ada" },
      answeredCommands: expect.arrayContaining([71, 72, 73]),
    });
  });

  it("of version 8 knows why tasks ended without a merge, and goes on", () => {
    const { aggregate, ...snapshot } = stored("feature-8-without-merge");
    const state = FeatureState.parse(decide(aggregate, snapshot, sweep).state);
    expect(state).toMatchObject({ issueClosed: false, stopWord: null, policy: { nothingToDo: "ask" } });
    const ends = state.tasks.flatMap((task) => (task.stage === "done" ? [[task.plan.id, task.without]] : []));
    expect(ends).toEqual([
      ["look", { why: "research" }],
      ["first", null],
    ]);
  });

  it("of version 5 keeps the sentences of its warnings and of a command that was not understood", () => {
    const { aggregate, ...snapshot } = stored("feature-5-proposed");
    const { warnings, pendingCommands } = FeatureState.parse(decide(aggregate, snapshot, sweep).state);
    expect(warnings).toEqual([{ kind: "unknown", text: expect.stringContaining("on a self-hosted runner") }]);
    const allowed = { ...sweep, event: { type: "permission.observed", comment: 7, by: "ada", permission: "write" } };
    expect(pendingCommands).toHaveLength(1);
    const { effects } = decide(aggregate, snapshot, allowed);
    expect(effects.find((effect) => effect.type === "notice.post")?.notice).toMatchObject({
      about: "malformed-command",
      fault: { kind: "unknown", text: "there is no order 'aprove'. Did you mean 'approve'?" },
    });
  });

  it.each([
    ["feature-5-promotion-waits", "wait:a", "change.write"],
    ["feature-5-promotion-waits", "wait:b", "pull.open"],
    ["feature-5-revert-waits", "wait:undo-1", "revert.write"],
  ])("of version 5 continues a promotion that waits: %s after %s asks for %s", (name, timer, asked) => {
    const { aggregate, ...snapshot } = stored(name);
    const { effects } = decide(aggregate, snapshot, { ...sweep, event: { type: "timer.due", timer } });
    expect(effects.map((effect) => effect.type)).toContain(asked);
  });

  it.each(names)("of a newer version is refused with what to do, and is not touched: %s", (name) => {
    const { aggregate, state } = stored(name);
    const newer = { state: structuredClone(state), schema: 99 };
    expect(() => decide(aggregate, newer, sweep)).toThrow(/schema 99.*update Headgate/);
    expect(newer).toEqual({ state, schema: 99 });
  });

  it("that does not parse is refused", () => {
    expect(() => decide("1#1", { state: { key: 7 }, schema: FEATURE_SCHEMA }, sweep)).toThrow(Unreadable);
  });
});

describe("an event that is none", () => {
  it.each([null, 7, {}, { type: "nonsense" }, { type: "entry.landed" }, { type: "timer.due", timer: 5 }])(
    "is ignored as unreadable, and changes nothing: %j",
    (event) => {
      const { aggregate, ...snapshot } = stored("feature-1");
      const decision = decide(aggregate, snapshot, { id: "e", at: 1, event });
      expect(decision).toMatchObject({ ignored: "unreadable", effects: [] });
    },
  );
});
