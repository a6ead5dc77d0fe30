/** Features that are over, whose issue is labelled again. */
import { describe, expect, it } from "vitest";
import { FeatureState } from "../../src/core/feature/state.ts";
import { freely, World as NewWorld, repo, sha, type World } from "./world.ts";

const SECOND = "1#1.2";

function labels(world: World, labelledAt: number, by = "ada"): void {
  world.feature({ type: "feature.labelled", repo, issue: 1, title: "A feature", body: "Again", by, labelledAt });
}

/** Labelled at the world's time, planned and cancelled with one task's pull in the lane. */
function cancelled(): World {
  const world = new NewWorld();
  labels(world, world.at);
  world.allow();
  world.plan({ a: [], b: ["a"] });
  world.agentSucceeds("a");
  world.at += 60_000;
  world.commands("cancel");
  return world;
}

function anew(world: World): void {
  world.at += 60_000;
  labels(world, world.at, "bob");
}

const second = (world: World) => FeatureState.parse(world.rawState(SECOND));
const notices = (world: World) => world.effects.flatMap((one) => (one.type === "notice.post" ? [one] : []));

function allowed(world: World): void {
  const { by, round } = world.take("feature.observe");
  const base = { branch: "main", sha: sha("base") };
  const checks = [{ name: "unit", appId: null }];
  const facts = { policy: freely, base, checks, prices: {}, problems: [], warnings: [] };
  world.send(SECOND, { type: "feature.observed", round, by, permission: "write", ...facts });
}

function planned(world: World): void {
  const { version } = world.take("plan.make", ({ issue }) => issue.body === "Again");
  const plan = { tasks: [{ id: "a", title: "a" }] };
  world.send(SECOND, { type: "plan.made", source: "model", version, plan, model: null, usage: null });
}

describe("a feature that is over", () => {
  it("begins anew when its issue is labelled again, and says so", () => {
    const world = cancelled();
    const before = world.state;
    anew(world);
    expect(world.state).toEqual({ ...before, life: { ...before.life, isFormer: true } });
    expect(second(world)).toMatchObject({
      key: SECOND,
      stage: "planning",
      labelledBy: "bob",
      issue: { body: "Again" },
      life: { number: 2, attempts: 1, former: "cancelled" },
    });
    allowed(world);
    expect(notices(world)).toMatchObject([
      { life: 2, notice: { about: "begun-anew", life: 2, by: "bob", former: "cancelled" } },
    ]);
  });

  it("uses no number of an attempt and no branch a second time", () => {
    const world = cancelled();
    anew(world);
    allowed(world);
    planned(world);
    expect(second(world).tasks).toMatchObject([{ branch: "headgate/1.2/a", head: null, pull: null }]);
    expect(world.take("attempt.dispatch")).toMatchObject({ id: "1/a/2", attempt: 2, brief: { attempt: 2 } });
  });

  it("closes what opens late, and leaves the new life alone", () => {
    const world = new NewWorld();
    labels(world, world.at);
    world.allow();
    world.plan({ a: [] });
    world.dispatches("a");
    world.ends("a", {});
    world.promotes("a");
    world.take("pull.open");
    world.commands("cancel");
    anew(world);
    allowed(world);
    planned(world);
    const before = second(world);
    world.feature({ type: "pull.opened", task: "a", pull: 10 });
    expect(world.take("pull.close")).toMatchObject({ pull: 10 });
    expect(second(world)).toEqual(before);
  });

  it.each<[string, (world: World) => void]>([
    ["came before the end", (world) => labels(world, world.at - 30_000)],
    ["began it", (world) => labels(world, 1_000_000)],
    [
      "has no known time",
      (world) => world.feature({ type: "feature.labelled", repo, issue: 1, title: "", body: "", by: "ada" }),
    ],
  ])("stays over for a label that %s", (_, label) => {
    const world = cancelled();
    label(world);
    expect(world.rawState(SECOND)).toBeUndefined();
    expect(world.ignored.at(-1)).toBe("feature.labelled: superseded");
  });

  it("begins anew once for both copies of a label", () => {
    const world = cancelled();
    anew(world);
    labels(world, world.at, "bob");
    expect(world.ignored.slice(-1)).toEqual(["feature.labelled: duplicate"]);
    expect(world.rawState("1#1.3")).toBeUndefined();
  });

  it("passes on what people do to the issue", () => {
    const world = cancelled();
    anew(world);
    allowed(world);
    world.feature({ type: "feature.unlabelled", by: "bob" });
    expect(second(world).hold).toEqual({ by: "bob", cause: "label" });
    world.feature({ type: "issue.closed", by: "ada" });
    const { round } = world.take("closing.observe");
    world.send(SECOND, { type: "closing.observed", round, open: false, by: "ada", permission: "write" });
    expect(second(world).stage).toBe("cancelled");
    world.at += 60_000;
    labels(world, world.at);
    expect(FeatureState.parse(world.rawState("1#1.3"))).toMatchObject({ life: { number: 3, former: "cancelled" } });
  });

  it.each(["transferred", "deleted"] as const)("passes on that its issue was %s", (why) => {
    const world = cancelled();
    anew(world);
    allowed(world);
    world.feature({ type: "issue.gone", why, by: "bob" });
    expect(second(world).stage).toBe("cancelled");
  });

  it("answers a person who opens its issue again with how to begin anew", () => {
    const world = cancelled();
    world.feature({ type: "issue.reopened" });
    world.feature({ type: "issue.reopened" });
    const said = notices(world).map(({ notice }) => notice);
    expect(said).toContainEqual({ about: "reopened-after-end", stage: "cancelled" });
    expect(world.state.stage).toBe("cancelled");
  });
});
