import { describe, expect, it } from "vitest";
import type { EffectOf } from "../../src/core/effect.ts";
import type { FeatureEvent, LaneEvent } from "../../src/core/event.ts";
import type { ClaimedEffect } from "../../src/loop/store-port.ts";
import { FEATURE, freely, LANE, repo, sha } from "../core/world.ts";
import { type Bench, bench, due, START } from "./bench.ts";

const labelled: FeatureEvent = { type: "feature.labelled", repo, issue: 1, title: "T", body: "B", by: "ada" };
const observed: FeatureEvent = {
  type: "feature.observed",
  round: 1,
  by: "ada",
  permission: "write",
  base: { branch: "main", sha: sha("base") },
  policy: freely,
  checks: [{ name: "unit", appId: null }],
  prices: {},
  problems: [],
  warnings: [],
};
const planned: FeatureEvent = {
  type: "plan.made",
  version: 1,
  plan: { tasks: [{ id: "a", title: "A", dependsOn: [] }] },
  source: "model",
  model: null,
  usage: null,
};

/** Puts the events into the feature's inbox and lets the loop decide them. */
async function happens(on: Bench, ...events: FeatureEvent[]): Promise<void> {
  for (const event of events) await on.receive(FEATURE, `${event.type}:${on.now()}`, event);
  await on.loop.stepInbox();
}

/** Claims and ends all that is due, and returns it in the order of claiming. */
async function drainEffects(on: Bench): Promise<ClaimedEffect[]> {
  const effects: ClaimedEffect[] = [];
  for (let claimed = await on.claim(); claimed.length > 0; claimed = await on.claim()) {
    for (const effect of claimed) await on.store.complete(effect, []);
    effects.push(...claimed);
  }
  return effects;
}

async function drain(on: Bench): Promise<string[]> {
  return (await drainEffects(on)).map(({ key }) => key);
}

describe("a step", () => {
  it("decides events in the order of their arrival and records what became of each", async () => {
    const on = bench();
    await happens(on, labelled, observed, observed, planned);
    const rows = await on.store.history(FEATURE, 0, 10);
    expect(rows.map(({ seq, event, outcome }) => [seq, (event as FeatureEvent).type, outcome])).toEqual([
      [1, "feature.labelled", { applied: true }],
      [2, "feature.observed", { applied: true }],
      [3, "plan.made", { applied: true }],
    ]);
    expect(await on.store.snapshot(FEATURE)).toMatchObject({ seq: 3, state: { stage: "executing" } });
    expect(on.decided).toEqual([FEATURE]);
  });

  it("records why an event changed nothing", async () => {
    const on = bench();
    await happens(on, labelled, planned);
    expect((await on.store.history(FEATURE, 1, 10)).map(({ outcome }) => outcome)).toEqual([{ ignored: "superseded" }]);
  });

  it("records an event that does not parse as ignored, and continues", async () => {
    const on = bench();
    await on.receive(FEATURE, "odd", { type: "no such event" });
    await happens(on, labelled);
    expect((await on.store.history(FEATURE, 0, 10)).map(({ outcome }) => outcome)).toEqual([
      { ignored: "unreadable" },
      { applied: true },
    ]);
  });

  it("decides at the time of the event, not at the time of the step", async () => {
    const on = bench();
    await on.receive(FEATURE, "labelled", labelled);
    on.pass(3_600_000);
    await on.loop.stepInbox();
    expect((await on.store.snapshot(FEATURE))?.state).toMatchObject({ startedAt: START });
  });

  it("decides more events than one batch holds, batch by batch", async () => {
    const on = bench();
    await on.receive(FEATURE, "labelled", labelled);
    for (let n = 1; n <= 30; n += 1) {
      await on.receive(FEATURE, `hint:${n}`, { type: "hinted", topic: { kind: "issue" } });
    }
    expect([await on.loop.stepInbox(), await on.loop.stepInbox(), await on.loop.stepInbox()]).toEqual([20, 11, 0]);
  });

  it("writes the aggregate's topics, so that hints find it", async () => {
    const on = bench();
    await happens(on, labelled);
    await on.store.receive([], [{ topic: `issue ${FEATURE}`, key: "hint", event: {}, at: on.now() }]);
    expect((await on.inbox(FEATURE)).map(({ key }) => key)).toEqual(["hint"]);
  });

  it("puts what one aggregate sends another into the other's inbox", async () => {
    const on = bench();
    await happens(on, labelled, observed, { type: "feature.unlabelled", by: "ada" });
    expect((await on.inbox(LANE)).map(({ event }) => event)).toEqual([
      { type: "entries.held", feature: FEATURE, held: true, lifts: false },
    ]);
  });
});

describe("the effects of a step", () => {
  it("wait in the outbox, each under its natural key", async () => {
    const on = bench();
    await happens(on, labelled, observed, planned);
    expect((await drain(on)).sort()).toEqual([
      "attempt.dispatch:1/a/1",
      "feature.observe:1",
      "plan.make:1",
      "plan.publish",
      "status.publish",
    ]);
  });

  /** A stranger gives a command; each has a comment of its own, but there is one answer to all of them. */
  const stranger = (comment: number): FeatureEvent[] => [
    { type: "command.given", comment, by: "mallory", writtenAt: START, command: { verb: "hold" } },
    { type: "permission.observed", comment, by: "mallory", permission: "none" },
  ];
  const ask = async (on: Bench, ...comments: number[]) => {
    for (const event of comments.flatMap(stranger)) await on.receive(FEATURE, JSON.stringify(event), event);
    await on.loop.stepInbox();
  };
  const notices = async (on: Bench) =>
    (await drainEffects(on)).filter(({ key }) => key.startsWith("notice.post")).map(({ effect }) => effect);

  it("that do not coalesce run once and as first asked for, however often one step asks for them", async () => {
    const on = bench();
    await happens(on, labelled, observed);
    await ask(on, 5, 6);
    expect(await notices(on)).toMatchObject([{ notice: { about: "unauthorised-command", comment: 5 } }]);
  });

  it("that do not coalesce do not run again when a later step asks for them", async () => {
    const on = bench();
    await happens(on, labelled, observed);
    await ask(on, 5);
    expect(await notices(on)).toHaveLength(1);
    await ask(on, 6);
    expect(await notices(on)).toEqual([]);
  });

  const closed: FeatureEvent[] = [
    { type: "issue.closed", by: "ada" },
    { type: "closing.observed", round: 9, open: false, by: "ada", permission: "write" },
  ];

  it("that are withdrawn do not run, in the same step or later", async () => {
    const later = bench();
    await happens(later, labelled, observed);
    await happens(later, ...closed);
    const same = bench();
    await happens(same, labelled, observed, ...closed);
    for (const on of [later, same]) expect(await drain(on)).not.toContain("plan.make:1");
  });

  it("that set and cancel a timer leave none", async () => {
    const on = bench();
    await happens(on, labelled);
    expect(await on.nextDueIn()).toBe(0);
    await happens(on, ...closed);
    on.pass(24 * 3_600_000);
    expect(await drain(on)).not.toContain("timer:sweep");
  });
});

describe("coalescing", () => {
  const hint: FeatureEvent = { type: "hinted", topic: { kind: "issue" } };
  const published = async (on: Bench) => (await drain(on)).filter((key) => key === "status.publish").length;

  it("edits the status comment once in a window, at its end, however many events the window holds", async () => {
    const on = bench();
    on.pass(1);
    await happens(on, labelled, observed, planned);
    for (let event = 1; event <= 5; event += 1) {
      on.pass(1_000);
      await on.receive(FEATURE, `hint:${event}`, hint);
      await on.loop.stepInbox();
    }
    on.pass(4_998);
    expect(await published(on)).toBe(0);
    on.pass(1);
    expect(await published(on)).toBe(1);
  });

  it("does not push the window ahead: an event in the next window edits the comment at the next window's end", async () => {
    const on = bench();
    on.pass(1);
    await happens(on, labelled, observed);
    on.pass(9_999);
    expect(await published(on)).toBe(1);
    on.pass(1);
    await happens(on, planned);
    on.pass(9_998);
    expect(await published(on)).toBe(0);
    on.pass(1);
    expect(await published(on)).toBe(1);
  });

  it("observes a pull once for the webhooks of one window, asked for by the last of them", async () => {
    const on = bench();
    on.pass(1);
    const entry = {
      ...{ feature: FEATURE, task: "a", pull: 9, branch: "headgate/1/a", head: sha("a-1"), title: "A" },
      ...{
        checks: [],
        method: "merge",
        mode: "auto",
        neutral: "pass",
        gateSurface: "approve",
        reachesBase: true,
        checksMinutes: 30,
        held: false,
      },
    };
    const submitted = { type: "entry.submitted", repo, branch: "main", entry } as LaneEvent;
    await on.receive(LANE, "submitted", submitted);
    for (let n = 1; n <= 3; n += 1) {
      await on.receive(LANE, `hint:${n}`, { type: "hinted", topic: { kind: "pull", pull: 9 } });
    }
    await on.loop.stepInbox();
    on.pass(3_999);
    const observations = (await on.claim()).filter(({ key }) => key.startsWith("pull.observe"));
    expect(observations.map(({ effect }) => effect)).toEqual([
      {
        type: "pull.observe",
        repo,
        pull: 9,
        seq: 4,
        branch: "main",
        headBranch: "headgate/1/a",
        checks: [],
        neutral: "pass",
        gateSurface: "approve",
      },
    ]);
  });
});

describe("effects on the same thing", () => {
  const attempt = { repo, task: "a", attempt: 1, id: "1/a/1" };
  const cancel: EffectOf<"attempt.cancel"> = { type: "attempt.cancel", ...attempt, run: null };
  const look: EffectOf<"attempt.observe"> = { type: "attempt.observe", ...attempt, run: 101, seq: 1 };
  const merge = {
    ...{ type: "pull.merge", repo, pull: 9, head: sha("head"), round: 1, method: "merge", title: "T" },
  } as EffectOf<"pull.merge">;
  const compare: EffectOf<"heads.compare"> = {
    ...{ type: "heads.compare", repo, pull: 9, head: sha("head"), ahead: 8, aheadHead: sha("ahead"), round: 1 },
  };

  it("run one at a time, in the order in which they were asked for: a cancel does not overtake", async () => {
    const on = bench();
    await on.queue(FEATURE, due(look), due(cancel));
    const [first, ...others] = await on.claim();
    expect([first?.key, others]).toEqual(["attempt.observe:1/a/1", []]);
    await on.store.complete(first!, []);
    expect((await on.claim()).map(({ key }) => key)).toEqual(["attempt.cancel:1/a/1:unknown"]);
  });

  it("keep their order while the first of them waits for its next try", async () => {
    const on = bench();
    await on.queue(FEATURE, due(look), due(cancel));
    const [first] = await on.claim();
    await on.store.release(first!, 60_000, "outage");
    expect(await on.claim()).toEqual([]);
  });

  it("do not wait for effects on another thing: a slow comparison of heads delays no merge", async () => {
    const on = bench();
    await on.queue(LANE, due(compare), due(merge));
    expect((await on.claim()).map(({ ordering }) => ordering)).toEqual(["1 heads 9", "1 pull 9"]);
  });
});
