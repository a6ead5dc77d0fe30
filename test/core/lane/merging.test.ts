import { describe, expect, it } from "vitest";
import type { Requirement } from "../../../src/core/github.ts";
import { FEATURE, green, LANE, running, sha, World } from "../world.ts";

function started(tasks: Record<string, string[]>): World {
  const world = new World();
  world.start(tasks);
  return world;
}

describe("merging", () => {
  it("A lane merges a pull with the head that was judged", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    expect(world.take("pull.merge")).toMatchObject({ pull, head: sha("a-1") });
  });

  it.each([
    ["its checks run", { checks: [running] }],
    ["nobody has reported its check", { checks: [] }],
    ["GitHub does not know yet whether it can be merged", { mergeable: null }],
    ["it is a draft", { draft: true }],
    ["somebody asked for changes", { changesRequestedBy: ["bob"] }],
  ])("A lane neither merges nor updates a pull while %s", (_, snapshot) => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, snapshot);
    expect(world.has("pull.merge")).toBe(false);
    expect(world.has("pull.update")).toBe(false);
  });

  it("A lane merges a pull although a person without write access asks for changes", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { changesWishedBy: ["sam"] });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("A lane updates a head that is behind its base, and merges it when the checks of the new head have passed", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { behindBy: 2 });
    expect(world.has("pull.merge")).toBe(false);
    expect(world.take("pull.update")).toMatchObject({ pull, head: sha("a-1") });
    world.lane({ type: "pull.updated", pull, outcome: "accepted" });
    world.pullIs(pull, { headSha: sha("updated"), checks: [running] });
    expect(world.has("pull.merge")).toBe(false);
    expect(world.has("pull.observe")).toBe(true);
    world.lane({ type: "hinted", topic: { kind: "commit", sha: sha("updated") } });
    world.pullIs(pull, { headSha: sha("updated") });
    expect(world.take("pull.merge")).toMatchObject({ head: sha("updated") });
  });

  it("A lane updates a head that is behind without waiting for GitHub to say whether it can be merged", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { behindBy: 1, mergeable: null });
    expect(world.take("pull.update")).toMatchObject({ pull });
    world.lane({ type: "pull.updated", pull, outcome: "conflict" });
    expect(world.task("a")).toMatchObject({ machine: { kind: "resolve" } });
  });

  it("A lane updates no other entry while the checks of its front run, whatever GitHub still computes", () => {
    const world = started({ a: [], b: [] });
    const [first, second] = [world.agentSucceeds("a"), world.agentSucceeds("b")];
    world.pullIs(first, { behindBy: 1 });
    world.take("pull.update");
    world.lane({ type: "pull.updated", pull: first, outcome: "accepted" });
    const updated = { headSha: sha("updated"), mergeable: null, checks: [running] };
    world.pullIs(first, updated);
    world.pullIs(first, updated);
    world.pullIs(second, { behindBy: 1 });
    expect(world.has("pull.update")).toBe(false);
    world.lane({ type: "hinted", topic: { kind: "commit", sha: sha("updated") } });
    world.pullIs(first, { ...updated, checks: [green] });
    expect(world.take("pull.update")).toMatchObject({ pull: second });
  });

  it("A lane merges one entry at a time, and observes the others after each merge", () => {
    const world = started({ a: [], b: [] });
    const first = world.agentSucceeds("a");
    const second = world.agentSucceeds("b");
    world.pullIs(first);
    world.pullIs(second);
    expect(world.effects.filter((effect) => effect.type === "pull.merge")).toHaveLength(1);
    world.merges(first);
    world.pullIs(second, { behindBy: 1, baseSha: sha("merge-10") });
    expect(world.has("pull.update")).toBe(true);
  });

  it("A lane prefers an entry that is up to date to an older one that is behind", () => {
    const world = started({ a: [], b: [] });
    const first = world.agentSucceeds("a");
    const second = world.agentSucceeds("b");
    world.pullIs(second, { checks: [running] });
    world.pullIs(first, { behindBy: 1, checks: [running] });
    expect(world.laneState.front).toBe(second);
  });

  it("A lane halts when the landed tree is not the tested one, until a person resumes", () => {
    const world = started({ a: [], b: [] });
    const first = world.agentSucceeds("a");
    const second = world.agentSucceeds("b");
    world.pullIs(first);
    world.pullIs(second);
    world.merges(first, { landedTree: sha("something-else") });
    expect(world.laneState.halted).toMatchObject({ kind: "landed-tree-differs", pull: first });
    world.lane({ type: "hinted", topic: { kind: "pull", pull: second } });
    world.pullIs(second);
    expect(world.has("pull.merge")).toBe(false);
    expect(world.task("b")).toMatchObject({ entry: { standing: { kind: "queue-halted", halt: { pull: first } } } });
    world.lane({ type: "entries.held", feature: FEATURE, held: false, lifts: true });
    expect(world.has("pull.merge")).toBe(true);
  });

  it.each([
    ["one with an entry here has seen why", FEATURE, false],
    ["one whose entries are elsewhere has not", "1#2", true],
  ])("A halted lane continues only for a person who has seen why: %s", (_, feature, halted) => {
    const world = started({ a: [], b: [] });
    const first = world.agentSucceeds("a");
    world.agentSucceeds("b");
    world.pullIs(first);
    world.merges(first, { landedTree: sha("something-else") });
    world.lane({ type: "entries.held", feature, held: false, lifts: true });
    expect(world.laneState.halted !== null).toBe(halted);
  });

  it("A lane observes a pull before it merges it again when GitHub's answer was lost", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    const { head } = world.take("pull.merge");
    world.lane({ type: "pull.merged", pull, head, outcome: { outcome: "unknown", message: "502" } });
    expect(world.has("pull.merge")).toBe(false);
    world.timer(`rest:${pull}`, LANE);
    world.pullIs(pull, { state: "merged" });
    world.merges(pull);
    expect(world.task("a").stage).toBe("done");
  });

  function refuses(world: World, pull: number, more: { requires?: Requirement } = {}): void {
    const { head } = world.take("pull.merge");
    const message = "At least 1 approving review is required by reviewers with write access.";
    world.lane({ type: "pull.merged", pull, head, outcome: { outcome: "refused", message, ...more } });
  }

  it("An entry whose merge GitHub refuses waits for what is required, and merges once a person approves", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    refuses(world, pull, { requires: { of: "approving-review", people: ["owner"] } });
    expect(world.task("a")).toMatchObject({
      stage: "in-lane",
      entry: { standing: { kind: "merge-refused", requires: { of: "approving-review", people: ["owner"] } } },
      machine: { failures: 0, free: 0 },
    });
    for (let hint = 0; hint < 30; hint += 1) {
      world.lane({ type: "hinted", topic: { kind: "pull", pull } });
      world.pullIs(pull);
    }
    expect(world.has("pull.merge")).toBe(false);
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    world.pullIs(pull, { approvedBy: ["owner"] });
    world.merges(pull);
    expect(world.task("a").stage).toBe("done");
  });

  it("A refused merge is asked for again at ever longer pauses, up to ten minutes, and never parks its task", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    const pauses: number[] = [];
    for (let time = 0; time < 12; time += 1) {
      const at = world.at;
      refuses(world, pull);
      world.timer(`rest:${pull}`, LANE);
      pauses.push((world.at - at) / 60_000);
      world.pullIs(pull);
    }
    expect(pauses.slice(0, 4)).toEqual([1, 4, 10, 10]);
    expect(world.task("a").stage).toBe("in-lane");
  });

  it("An entry whose merge GitHub refuses lets the next one pass", () => {
    const world = started({ a: [], b: [] });
    const [first, second] = [world.agentSucceeds("a"), world.agentSucceeds("b")];
    world.pullIs(first);
    refuses(world, first);
    world.pullIs(second);
    expect(world.take("pull.merge")).toMatchObject({ pull: second });
  });
});
