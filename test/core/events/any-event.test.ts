import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Effect } from "../../../src/core/effect.ts";
import { FeatureEvent, LaneEvent } from "../../../src/core/event.ts";
import { live } from "../../bench/deciding/life.ts";
import { FEATURE, LANE, repo, sha } from "../world.ts";
import { TASKS } from "./answers.ts";
import { damaged, fromSchema } from "./from-schema.ts";
import { anything, honest, Walk } from "./walk.ts";

/** Names and numbers that the events of these walks are about. */
const known = {
  owner: [repo.owner],
  name: [repo.name, "unit"],
  feature: [FEATURE],
  task: TASKS,
  attempt: [1, 2, "1/a/1", "1/b/1"],
  run: [101, 201],
  pull: [10, 11],
  head: [sha("a-1"), sha("b-1")],
  headSha: [sha("a-1"), sha("b-1")],
  sha: [sha("a-1"), sha("base")],
  branch: ["main", "headgate/1/a"],
  issue: [1],
  comment: [5, 6],
  seq: [1, 2, 3, 4],
  version: [1, 2],
  by: ["ada"],
  timer: ["sweep", "breaker", "wait:a", "wait:b", "attempt:1/a/1", "refresh:10", "rest:10", "rest:x"],
  effect: Effect.options.map((option) => option.shape.type.value),
};
const feature = fromSchema(FeatureEvent, known);
const lane = fromSchema(LaneEvent, known);

function labelled(): Walk {
  const walk = new Walk();
  walk.send(FEATURE, { type: "feature.labelled", repo, issue: 1, title: "T", body: "B", by: "ada" });
  return walk;
}

describe("any event in any state, in any order, any number of times", () => {
  it("is applied or ignored with a reason, and leaves a state and effects that can be stored", () => {
    const ignored = new Set<string>();
    const stages = new Set<string>();
    fc.assert(
      fc.property(fc.array(anything({ feature, lane }), { minLength: 60, maxLength: 120 }), (steps) => {
        const walk = labelled();
        for (const step of steps) {
          walk.take(step);
          for (const task of walk.feature?.tasks ?? []) stages.add(task.stage);
        }
        for (const reason of walk.ignored) ignored.add(reason);
      }),
      { numRuns: 60 },
    );
    // The walks came about, or they show nothing.
    expect([...stages].sort()).toEqual(expect.arrayContaining(["blocked", "done", "in-lane", "promoting", "working"]));
    expect(ignored.size).toBeGreaterThan(5);
  });

  it.each([
    ["a feature", FEATURE, FeatureEvent, feature],
    ["a lane", LANE, LaneEvent, lane],
  ] as const)("is made from the schema, so that %s meets every kind of it", (_, __, schema, arbitrary) => {
    const kinds = new Set(fc.sample(arbitrary, 1_500).map((event) => (event as { type: string }).type));
    expect([...kinds].sort()).toEqual(schema.options.map((option) => option.shape.type.value).sort());
  });

  it("that was damaged is mostly refused as unreadable", () => {
    let refused = 0;
    fc.assert(
      fc.property(feature.chain(damaged), (event) => {
        const walk = labelled();
        walk.send(FEATURE, event);
        if (walk.ignored.has("unreadable")) refused += 1;
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

describe("answers in any order, late and repeated", () => {
  it("never leave anything waiting that nothing ends", () => {
    fc.assert(
      fc.property(fc.array(honest, { minLength: 30, maxLength: 120 }), (steps) => {
        const walk = labelled();
        for (const step of steps) {
          walk.take(step);
          const endless = walk.endless();
          if (endless !== null) expect.fail(endless);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the events of a whole feature", () => {
  const scenario = live(4).map(({ aggregate, event }) => ({ to: aggregate, event }));

  it.each([
    ["in another order", (events: typeof scenario) => fc.shuffledSubarray(events, { minLength: events.length })],
    ["with some of them lost", (events: typeof scenario) => fc.subarray(events)],
    [
      "with some of them doubled",
      (events: typeof scenario) =>
        fc.subarray(events).map((doubled) => events.flatMap((one) => (doubled.includes(one) ? [one, one] : [one]))),
    ],
  ] as const)("%s do nothing twice, and nothing that cannot be stored", (_, disturbed) => {
    fc.assert(
      fc.property(disturbed(scenario), (events) => {
        const walk = new Walk();
        for (const { to, event } of events) {
          walk.at += 1_000;
          walk.send(to, event);
        }
      }),
      { numRuns: 10 },
    );
  });
});
