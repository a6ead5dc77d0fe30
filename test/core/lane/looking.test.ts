import { describe, expect, it } from "vitest";
import { LANE, running, sha, World } from "../world.ts";

const MINUTE = 60_000;
const IDS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** A lane of ready entries, the first of which is merging. */
function wide(): { world: World; pulls: number[] } {
  const world = new World();
  world.start(Object.fromEntries(IDS.map((id) => [id, []])));
  const pulls = IDS.map((id) => world.agentSucceeds(id));
  for (const pull of pulls) world.pullIs(pull);
  return { world, pulls };
}

function observed(world: World): number[] {
  const found = world.effects.flatMap((effect) => (effect.type === "pull.observe" ? [effect.pull] : []));
  const others = world.effects.filter(({ type }) => type !== "pull.observe");
  world.effects.splice(0, world.effects.length, ...others);
  return [...new Set(found)];
}

describe("looks at a wide lane", () => {
  it("A merge has only the entries near the front observed, and the others when they come near", () => {
    const { world, pulls } = wide();
    world.merges(pulls[0]!);
    expect(observed(world)).toEqual(pulls.slice(1, 5));
  });

  it("A move of the base has only the entries near the front observed", () => {
    const { world, pulls } = wide();
    world.merges(pulls[0]!);
    for (const pull of pulls.slice(1, 5)) world.pullIs(pull, { behindBy: 1, checks: [running] });
    observed(world);
    world.lane({ type: "hinted", topic: { kind: "branch", branch: "main" } });
    expect(observed(world)).toEqual(pulls.slice(1, 5));
  });

  it("An entry that is out of date never merges, however it looked before the base moved", () => {
    const { world, pulls } = wide();
    world.merges(pulls[0]!);
    for (const pull of pulls.slice(1, 5)) world.pullIs(pull, { mergeable: false });
    expect(world.has("pull.merge")).toBe(false);
    expect(observed(world)).toEqual(pulls.slice(5));
  });

  it("A hint about a far entry has that entry observed", () => {
    const { world, pulls } = wide();
    world.lane({ type: "hinted", topic: { kind: "pull", pull: pulls[7]! } });
    expect(observed(world)).toEqual([pulls[7]]);
  });

  it("Entries for which GitHub computes take no place from those that could merge meanwhile", () => {
    const { world, pulls } = wide();
    world.merges(pulls[0]!);
    for (const pull of pulls.slice(1, 5)) world.pullIs(pull, { mergeable: null });
    expect(observed(world)).toEqual(pulls.slice(5));
  });
});

describe("the sweep", () => {
  const swept = (world: World, minutes: number) => {
    world.at += minutes * MINUTE;
    world.timer("sweep", LANE);
    return observed(world);
  };
  const nextSweep = (world: World) =>
    world.effects.flatMap((effect) => (effect.type === "timer.set" && effect.timer === "sweep" ? effect.dueAt : []));

  it("observes the entries near the front each minute, and the others every ten", () => {
    const { world, pulls } = wide();
    const near = swept(world, 1);
    expect(near).toEqual(pulls.slice(1, 5));
    expect(swept(world, 9)).toEqual(pulls);
  });

  it("observes an idle lane every ten minutes, entries that are parked included", () => {
    const world = new World();
    world.start({ a: [], b: [] });
    const [first, second] = [world.agentSucceeds("a"), world.agentSucceeds("b")];
    world.pullIs(first, { draft: true });
    world.pullIs(second, { state: "closed" });
    expect(world.task("b").stage).toBe("parked");
    expect(swept(world, 10).toSorted()).toEqual([first, second]);
    expect(nextSweep(world)).toContain(world.at + 10 * MINUTE);
    expect(swept(world, 9)).toEqual([]);
  });

  it("brings together the looks of an idle lane, so that they are one query", () => {
    const world = new World();
    world.start({ a: [], b: [] });
    const [first, second] = [world.agentSucceeds("a"), world.agentSucceeds("b")];
    world.pullIs(first, { draft: true });
    world.at += 6 * MINUTE;
    world.pullIs(second, { draft: true });
    world.lane({ type: "hinted", topic: { kind: "pull", pull: second } });
    observed(world);
    expect(swept(world, 4)).toEqual([first]);
    expect(swept(world, 6).toSorted()).toEqual([first, second]);
  });
});

describe("an observation that a hint has overtaken", () => {
  it("counts for all but the merge", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    const underWay = world.take("pull.observe");
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    const snapshot = world.snapshot(pull, { changesRequestedBy: ["bob"] });
    world.lane({ type: "pull.observed", pull, seq: underWay.seq, snapshot });
    expect(world.task("a")).toMatchObject({ entry: { standing: { kind: "changes-requested", by: "bob" } } });
    expect(world.has("pull.merge")).toBe(false);
  });

  it("does not count where the lane changed the pull since", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { behindBy: 1 });
    world.take("pull.update");
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    const underWay = world.take("pull.observe");
    world.lane({ type: "pull.updated", pull, outcome: "accepted" });
    const snapshot = world.snapshot(pull, { headSha: sha("updated"), mergeable: false });
    world.lane({ type: "pull.observed", pull, seq: underWay.seq, snapshot });
    expect(world.task("a").stage).toBe("in-lane");
    world.pullIs(pull, { headSha: sha("updated") });
    expect(world.laneState.entries[0]?.head).toBe(sha("updated"));
  });
});
