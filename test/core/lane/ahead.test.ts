import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideLane } from "../../../src/core/lane/decide.ts";
import { type Entry, isAway, LaneState, snapshotOf } from "../../../src/core/lane/state.ts";
import { green, LANE, repo, running, sha, World } from "../world.ts";

/** Three tasks whose pulls are open, none of which can merge yet. */
function three(): World {
  const world = new World();
  world.start({ a: [], b: [], c: [] });
  for (const id of ["a", "b", "c"]) world.pullIs(world.agentSucceeds(id), { checks: [running] });
  return world;
}

function answer(world: World, pull: number, ahead: number, conflict: string[] | "unknown"): void {
  const { head, aheadHead } = world.take("heads.compare", (effect) => effect.pull === pull && effect.ahead === ahead);
  world.lane({ type: "heads.compared", pull, head, ahead, aheadHead, conflict });
}

/** Sends a hint about the pull and answers the observation that follows. */
function observe(world: World, pull: number, more: Parameters<World["pullIs"]>[1]): void {
  world.lane({ type: "hinted", topic: { kind: "pull", pull } });
  world.pullIs(pull, more);
}

function entry(world: World, pull: number): Entry {
  const found = world.laneState.entries.find((one) => one.pull === pull);
  if (found === undefined) throw new Error(`no entry ${pull}`);
  return found;
}

describe("comparing heads", () => {
  it("A lane compares each head with those ahead of it, once for each pair", () => {
    const world = three();
    const asked = world.effects.flatMap((one) => (one.type === "heads.compare" ? [[one.pull, one.ahead]] : []));
    expect(asked).toEqual([
      [11, 10],
      [12, 11],
      [12, 10],
    ]);
    for (const [pull, ahead] of asked) answer(world, pull!, ahead!, []);
    for (const pull of [10, 11, 12]) observe(world, pull, { checks: [running] });
    expect(world.has("heads.compare")).toBe(false);
  });

  it("A lane compares two heads again when one of them has moved", () => {
    const world = three();
    answer(world, 11, 10, []);
    observe(world, 10, { headSha: sha("by-hand"), checks: [running] });
    world.pullIs(10, { headSha: sha("by-hand"), checks: [running] });
    expect(world.take("heads.compare", (effect) => effect.pull === 11)).toMatchObject({
      head: sha("b-1"),
      ahead: 10,
      aheadHead: sha("by-hand"),
    });
  });

  it("A lane does not compare the head of an entry that is on hold", () => {
    const world = new World();
    world.start({ a: [], b: [] });
    world.pullIs(world.agentSucceeds("a"), { checks: [running] });
    world.feature({ type: "feature.unlabelled", by: "ada" });
    world.lane({ type: "entry.submitted", repo, branch: "main", entry: submission(11, "other") });
    world.pullIs(11, { checks: [running] });
    expect(world.has("heads.compare")).toBe(false);
  });

  it("A lane compares a head with the eight nearest ahead only, and eight pairs at a time", () => {
    const world = new World();
    for (let pull = 1; pull <= 30; pull++) {
      world.lane({ type: "entry.submitted", repo, branch: "main", entry: submission(pull, `f-${pull}`) });
      world.pullIs(pull, { checks: [running] });
      expect(world.effects.filter((effect) => effect.type === "heads.compare").length).toBeLessThanOrEqual(8);
    }
    for (;;) {
      const next = world.effects.find((effect) => effect.type === "heads.compare");
      if (next?.type !== "heads.compare") break;
      expect(next.pull - next.ahead).toBeLessThanOrEqual(8);
      answer(world, next.pull, next.ahead, []);
    }
    expect(entry(world, 30).comparisons).toHaveLength(8);
  });

  it("A comparison that failed holds no entry", () => {
    const world = three();
    const { type, pull, head, ahead, aheadHead, round } = world.take("heads.compare", (one) => one.pull === 11);
    const failure = {
      class: "platform-unknown" as const,
      cause: { kind: "outside" as const, text: "502" },
      details: [],
    };
    const key = `${type}:${pull}:${head}:${ahead}:${aheadHead}:${round}`;
    world.lane({ type: "effect.failed", effect: type, key, task: null, pull, head, failure });
    expect(entry(world, 11).comparisons).toMatchObject([{ ahead: 10, open: false, conflict: null }]);
    observe(world, 10, { mergeable: null });
    observe(world, 11, { checks: [green] });
    expect(world.take("pull.merge").pull).toBe(11);
  });
});

describe("an entry that conflicts with an entry ahead", () => {
  function conflicting(): World {
    const world = three();
    answer(world, 11, 10, ["src/a.ts"]);
    return world;
  }

  it("An entry that conflicts with one ahead is neither merged nor updated while that one can land, and keeps its place", () => {
    const world = conflicting();
    observe(world, 11, { checks: [green] });
    expect(world.has("pull.merge")).toBe(false);
    observe(world, 11, { behindBy: 1 });
    expect(world.has("pull.update")).toBe(false);
    expect(entry(world, 11)).toMatchObject({ place: 2, stage: { kind: "queued" } });
    expect(world.laneState.front).toBe(10);
  });

  it("An entry that conflicts with one ahead says so in its standing", () => {
    const world = conflicting();
    const standing = { kind: "conflicts-ahead", pull: 10, paths: ["src/a.ts"], morePaths: 0 };
    expect(entry(world, 11).explained?.standing).toEqual(standing);
    expect(world.task("b")).toMatchObject({ stage: "in-lane", entry: { standing } });
  });

  it("The standing of an entry that conflicts with one ahead names three files at most", () => {
    const world = three();
    answer(world, 11, 10, ["a", "b", "c", "d", "e"]);
    expect(entry(world, 11).explained?.standing).toMatchObject({ paths: ["a", "b", "c"], morePaths: 2 });
  });

  it("An entry that conflicts with no other passes one that waits in conflict", () => {
    const world = conflicting();
    observe(world, 10, { mergeable: null });
    observe(world, 11, { checks: [green] });
    expect(world.has("pull.merge")).toBe(false);
    observe(world, 12, { checks: [green] });
    expect(world.take("pull.merge").pull).toBe(12);
  });

  it("An entry stops being the front as soon as its conflict with one ahead is known", () => {
    const world = three();
    observe(world, 10, { behindBy: 1, checks: [running] });
    world.take("pull.update");
    world.lane({ type: "pull.updated", pull: 10, outcome: "accepted" });
    world.pullIs(10, { headSha: sha("updated"), mergeable: null, checks: [green] });
    world.pullIs(10, { headSha: sha("updated"), mergeable: null, checks: [green] });
    expect(world.laneState.front).toBe(11);
    answer(world, 11, 10, ["a"]);
    expect(world.laneState.front).not.toBe(11);
  });

  it("An entry that conflicts with one ahead does not pass it while that one is updated", () => {
    const world = conflicting();
    world.lane({ type: "entry.withdrawn", feature: "1#1", task: "c" });
    observe(world, 11, { checks: [green] });
    observe(world, 10, { behindBy: 1, checks: [green] });
    world.take("pull.update");
    world.lane({ type: "pull.updated", pull: 10, outcome: "accepted" });
    world.pullIs(10, { headSha: sha("updated"), mergeable: null, checks: [green] });
    world.pullIs(10, { headSha: sha("updated"), mergeable: null, checks: [green] });
    observe(world, 11, { checks: [green] });
    expect(world.has("pull.merge")).toBe(false);
    answer(world, 11, 10, []);
    expect(world.take("pull.merge").pull).toBe(11);
  });

  it.each<[string, (world: World) => void]>([
    ["is away for a repair", (world) => observe(world, 10, { mergeable: false })],
    ["is a draft", (world) => observe(world, 10, { draft: true })],
    ["was sent back by a reviewer", (world) => observe(world, 10, { changesRequestedBy: ["bob"] })],
    ["was closed", (world) => observe(world, 10, { state: "closed" })],
    ["is withdrawn", (world) => world.lane({ type: "entry.withdrawn", feature: "1#1", task: "a" })],
  ])("An entry that conflicts with one ahead continues when that one %s", (_, happens) => {
    const world = conflicting();
    observe(world, 11, { checks: [green] });
    expect(world.has("pull.merge")).toBe(false);
    happens(world);
    expect(world.take("pull.merge").pull).toBe(11);
  });

  it("An entry that conflicts with one ahead continues when a person holds that one", () => {
    const world = new World();
    for (const [pull, feature] of [
      [1, "1#7"],
      [2, "1#8"],
    ] as const) {
      world.lane({ type: "entry.submitted", repo, branch: "main", entry: submission(pull, "x", feature) });
      world.pullIs(pull, { checks: [running] });
    }
    answer(world, 2, 1, ["a"]);
    observe(world, 2, { checks: [green] });
    expect(world.has("pull.merge")).toBe(false);
    world.lane({ type: "entries.held", feature: "1#7", held: true, lifts: false });
    expect(world.take("pull.merge").pull).toBe(2);
  });

  it("An entry that conflicted with one ahead is resolved once that one has landed", () => {
    const world = conflicting();
    observe(world, 10, { checks: [green] });
    world.merges(10);
    world.pullIs(11, { mergeable: false });
    expect(world.task("b")).toMatchObject({ failure: { class: "conflict-with-base" } });
    expect(world.take("attempt.dispatch", (effect) => effect.task === "b").brief.kind).toBe("resolve");
    expect(entry(world, 11)).toMatchObject({ place: 2, stage: { kind: "away" } });
  });
});

describe("places", () => {
  it("An entry gets its place by its first submission, and keeps it over a repair", () => {
    const world = three();
    observe(world, 10, { mergeable: false });
    world.agentSucceeds("a");
    expect(world.laneState.entries.map((one) => [one.task, one.place])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
  });

  it("A task never has a place ahead of its dependencies, because it joins when they have landed", () => {
    const plan = fc
      .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 6 })
      .map((tasks) => tasks.map((needs, index) => [...new Set(needs.map((need) => `t${need % (index + 1)}`))]));
    fc.assert(
      fc.property(plan, fc.infiniteStream(fc.nat()), (needs, picks) => {
        const tasks = Object.fromEntries(
          needs.map((ids, index) => [`t${index}`, ids.filter((id) => id !== `t${index}`)]),
        );
        const world = new World();
        world.start(tasks);
        for (;;) {
          const waiting = world.effects.flatMap((one) => (one.type === "attempt.dispatch" ? [one.task] : []));
          if (waiting.length === 0) break;
          const inLane = () => new Set(world.laneState.entries.map((one) => one.task));
          const before = world.rawState(LANE) === undefined ? new Set<string>() : inLane();
          for (const id of before) expect(waiting.some((one) => tasks[one]?.includes(id))).toBe(false);
          const chosen = waiting[picks.next().value! % waiting.length]!;
          // Some join and wait there, the others land.
          const pull = world.agentSucceeds(chosen);
          for (const need of tasks[chosen] ?? []) expect(inLane()).not.toContain(need);
          world.pullIs(pull);
          if (world.has("pull.merge")) world.merges(pull);
        }
      }),
    );
  });
});

describe("the front", () => {
  const seldom = fc.nat({ max: 7 }).map((dice) => dice === 0);
  const one = fc.record({
    away: seldom,
    held: seldom,
    draft: seldom,
    reviewed: seldom,
    unapproved: seldom,
    ready: seldom,
    mergeable: fc.constantFrom(true, true, null),
    behindBy: fc.nat({ max: 1 }),
    passes: fc.boolean(),
    stage: fc.constantFrom("queued", "queued", "queued", "updating", "reading-failure"),
    fresh: fc.constantFrom(true, true, true, false),
    conflicts: fc.array(fc.nat({ max: 9 }), { maxLength: 4 }),
  });
  const lanes = fc.record({
    drawn: fc.array(one, { minLength: 1, maxLength: 8 }),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
    front: fc.option(fc.nat({ max: 7 })),
    merging: fc.boolean(),
  });

  it("The front conflicts with no entry ahead of it, and a lane has a front whenever an entry may continue", () => {
    fc.assert(
      fc.property(lanes, ({ drawn, order, front, merging }) => {
        const state = laneOf(drawn, order, front, merging);
        const mergingBefore = state.entries.filter((entry) => entry.stage.kind === "merging");
        const event = { type: "hinted" as const, topic: { kind: "pull" as const, pull: 999 } };
        const after = decideLane(state, { id: "e", at: 5_000, event });
        const entries = after.state!.entries;
        const advances = (entry: Entry) =>
          !isAway(entry) &&
          !entry.held &&
          entry.mode === "auto" &&
          entry.stage.kind !== "reading-failure" &&
          !snapshotOf(entry)!.draft &&
          snapshotOf(entry)!.guarded.length === 0 &&
          snapshotOf(entry)!.changesRequestedBy.length === 0;
        const gives = (entry: Entry) =>
          entry.comparisons.some(({ ahead, conflict }) => {
            const other = entries.find((one) => one.pull === ahead);
            return (conflict ?? []).length > 0 && other !== undefined && other.place < entry.place && advances(other);
          });

        const chosen = entries.find((entry) => entry.pull === after.state!.front);
        if (chosen !== undefined && !mergingBefore.includes(chosen)) expect(gives(chosen)).toBe(false);
        for (const effect of after.effects) {
          if (effect.type !== "pull.merge" && effect.type !== "pull.update") continue;
          expect(effect.pull).toBe(chosen?.pull);
        }
        expect(entries.filter((entry) => entry.stage.kind === "merging").length).toBeLessThanOrEqual(1);

        const able = entries.filter(
          (entry) => advances(entry) && entry.observation.latest?.seq === entry.observation.asked,
        );
        const first = entries.filter(advances).sort((left, right) => left.place - right.place)[0];
        if (first !== undefined && able.includes(first) && snapshotOf(first)!.mergeable === true) {
          expect(chosen).toBeDefined();
        }
        if (able.some((entry) => snapshotOf(entry)!.mergeable === true && !gives(entry))) expect(chosen).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
  });

  const unapproved = { path: "package.json", kind: "scripts", content: sha("scripts"), approvedBy: null };

  type Drawn = typeof one extends fc.Arbitrary<infer T> ? T : never;

  function laneOf(drawn: Drawn[], order: number[], front: number | null, merging: boolean): LaneState {
    const entries = drawn.map((draw, index) => {
      const pull = index + 1;
      const { feature, task, ...submitted } = submission(pull, `t${pull}`);
      const merges = merging && front === index && !draw.away;
      return {
        ...submitted,
        feature,
        task,
        held: draw.held,
        mode: draw.ready ? "ready" : "auto",
        place: order[index]! + 1,
        stage: merges
          ? { kind: "merging", askedAt: 1, away: false, withdrawn: false }
          : { kind: draw.away ? "away" : draw.stage, failing: [] },
        observation: {
          asked: draw.fresh ? 1 : 2,
          sent: draw.fresh ? 1 : 2,
          sentAt: 0,
          since: 0,
          latest: {
            seq: 1,
            snapshot: {
              ...snapshot(pull),
              draft: draw.draft,
              mergeable: draw.mergeable,
              behindBy: draw.behindBy,
              checks: [draw.passes ? green : running],
              changesRequestedBy: draw.reviewed ? ["bob"] : [],
              guarded: draw.unapproved ? [unapproved] : [],
            },
          },
        },
        refreshes: 0,
        headSince: 0,
        formerHead: null,
        tries: { updates: 0, refusals: 0, outages: 0 },
        reruns: { count: 0, checks: [] },
        tried: null,
        redBase: null,
        refused: null,
        sentBack: null,
        approval: { number: 0, waiting: [], granted: [] },
        restsUntil: null,
        gateMs: 0,
        explained: null,
        comparisons: [...new Set(draw.conflicts)]
          .filter((other) => other !== pull)
          .map((ahead) => ({
            ahead,
            head: sha(`h${pull}`),
            aheadHead: sha(`h${ahead}`),
            open: false,
            conflict: ["a"],
          })),
      };
    });
    const pull = front === null || front >= drawn.length ? null : front + 1;
    return LaneState.parse({
      key: LANE,
      repo,
      branch: "main",
      halted: null,
      front: pull,
      tip: null,
      asks: 0,
      lastPlace: 8,
      merged: 0,
      entries,
    });
  }

  function snapshot(pull: number) {
    return {
      number: pull,
      state: "open" as const,
      headSha: sha(`h${pull}`),
      headTree: sha(`t${pull}`),
      baseSha: sha("base"),
      producers: [],
      sameWorkflows: true,
      baseChecks: null,
      mergeSha: null,
      mergedAt: null,
    };
  }
});

function submission(pull: number, task: string, feature = "1#9") {
  return {
    feature,
    task,
    pull,
    branch: `headgate/9/${task}`,
    head: sha(`h${pull}`),
    title: task,
    checks: [{ name: "unit", appId: null }],
    method: "squash" as const,
    mode: "auto" as const,
    neutral: "pass" as const,
    gateSurface: "approve" as const,
    reachesBase: true,
    checksMinutes: 60,
    held: false,
  };
}
