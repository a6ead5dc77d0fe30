import { describe, expect, it } from "vitest";
import type { FeatureEvent } from "../../src/core/event.ts";
import { decideFeature } from "../../src/core/feature/decide.ts";
import { standingOf } from "../../src/core/feature/standing.ts";
import { laneKey } from "../../src/core/keys.ts";
import { activityOf } from "../../src/core/rules/activity.ts";
import { change, FEATURE, freely, LANE, red, repo, running, sha, World } from "./world.ts";

const INTEGRATION = "headgate/1/land";

function together(tasks: Record<string, string[]> = { a: [], b: [] }, onFailure = "keep"): World {
  const world = new World();
  world.label();
  world.allow();
  world.plan(tasks, {}, { land: "together", onFailure });
  const { branch, at } = world.take("branch.create");
  expect([branch, at]).toEqual([INTEGRATION, sha("base")]);
  world.feature({ type: "branch.created", branch, sha: at });
  world.laneName = laneKey(repo, INTEGRATION);
  return world;
}

/** a and b land on the integration branch, and the whole has its pull. */
function whole(): { world: World; pull: number } {
  const world = together();
  world.lands("a");
  world.lands("b");
  const opened = world.take("pull.open");
  expect(opened).toMatchObject({ task: "land", branch: INTEGRATION, base: "main" });
  world.feature({ type: "pull.opened", task: "land", pull: 30 });
  world.laneName = laneKey(repo, "main");
  return { world, pull: 30 };
}

describe("landing together", () => {
  it("starts nothing before the integration branch is made", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { land: "together" });
    expect(world.has("attempt.dispatch")).toBe(false);
    world.feature({ type: "branch.created", branch: INTEGRATION, sha: sha("base") });
    expect(world.has("attempt.dispatch")).toBe(true);
  });

  it("parks when the branch cannot be made, and tries again when a person resumes", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { land: "together" });
    const { branch } = world.take("branch.create");
    const failure = {
      class: "policy-blocked" as const,
      cause: { kind: "outside" as const, text: "It exists already." },
      details: [],
    };
    world.feature({
      type: "effect.failed",
      effect: "branch.create",
      key: `branch.create:${branch}:2`,
      task: null,
      pull: null,
      head: null,
      failure,
    });
    expect(world.state.parked).toEqual({ kind: "effect-failed", effect: "branch.create", cause: failure.cause });
    world.commands("resume");
    expect(world.take("branch.create").branch).toBe(INTEGRATION);
  });

  it("is not parked by an older try to make the branch, once it is there", () => {
    const world = together();
    const failure = {
      class: "platform-unknown" as const,
      cause: { kind: "outside" as const, text: "502" },
      details: [],
    };
    const of = { effect: "branch.create", key: `branch.create:${INTEGRATION}:2`, task: null, pull: null, head: null };
    world.feature({ type: "effect.failed", ...of, failure });
    expect(world.ignored.at(-1)).toBe("effect.failed: superseded");
    expect(world.state.parked).toBeNull();
    expect(world.stages()).toMatchObject({ a: "dispatching", b: "dispatching" });
  });

  it.each([
    ["the integration branch", INTEGRATION, together],
    ["the base", "main", () => rollback({ a: [], b: [] })],
  ])(
    "or apart, waits for a person when %s was deleted by hand, names its last commit, and continues from there",
    (_, ...of) => {
      const [branch, begin] = of;
      const world = begin();
      world.pullIs(world.agentSucceeds("a"));
      world.merges(10, { tip: null });
      expect(world.state.parked).toEqual({ kind: "branch-gone", branch, sha: sha("merge-10") });
      world.commands("resume");
      expect(world.take("branch.observe").branch).toBe(branch);
      expect(world.state.parked).toBeNull();
    },
  );

  it("opens the tasks' pulls into the integration branch, and lands them through its lane", () => {
    const world = together();
    world.dispatches("a");
    world.ends("a", {});
    world.promotes("a");
    expect(world.take("pull.open").base).toBe(INTEGRATION);
  });

  it("lets a dependent start from the integration branch, where its dependency has landed", () => {
    const world = together({ a: [], b: ["a"] });
    world.lands("a");
    const { brief } = world.take("attempt.dispatch");
    expect([brief.task, brief.checkout]).toEqual(["b", sha("merge-10")]);
    expect(world.state.base?.sha).toBe(sha("base"));
  });

  it("brings everything to the base as one pull, when every task is done", () => {
    const { world, pull } = whole();
    world.pullIs(pull);
    world.merges(pull);
    expect(world.state.stage).toBe("completed");
    expect(world.state.base?.sha).toBe(sha(`merge-${pull}`));
    expect(world.has("branch.delete", (one) => one.type === "branch.delete" && one.branch === INTEGRATION)).toBe(true);
  });

  it("has what fails as a whole repaired on the integration branch", () => {
    const { world, pull } = whole();
    world.pullIs(pull, { checks: [red] });
    const { head, checks } = world.take("failure.read");
    world.lane({
      type: "failure.read",
      pull,
      head,
      details: checks.map(({ name }) => ({ of: { kind: "check" as const, name }, text: "no" })),
    });
    const { brief } = world.take("attempt.dispatch");
    expect(brief).toMatchObject({ task: "land", kind: "repair", checkout: head });
  });

  it("has a conflict of the whole resolved with the base", () => {
    const { world, pull } = whole();
    world.pullIs(pull, { mergeable: false, baseSha: sha("moved") });
    const { brief } = world.take("attempt.dispatch");
    expect(brief).toMatchObject({ task: "land", kind: "resolve", merge: sha("moved") });
  });

  it("lands nothing where nothing was made", () => {
    const research = new World();
    research.label();
    research.allow();
    research.plan({ a: [], b: [] }, { role: "research" }, { land: "together" });
    research.feature({ type: "branch.created", branch: INTEGRATION, sha: sha("base") });
    for (const id of ["a", "b"]) {
      research.dispatches(id);
      research.ends(id, {}, []);
    }
    expect(research.state.stage).toBe("completed");
    expect(research.has("pull.open")).toBe(false);
    expect(takenAway(research)).toContain(INTEGRATION);
  });

  it("of a single task is landing it", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [] }, {}, { land: "together" });
    expect(world.has("branch.create")).toBe(false);
    expect(Object.keys(world.stages())).toEqual(["a"]);
  });

  it("given up while the integration branch is made, takes it away when it is there", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { land: "together" });
    world.commands("cancel");
    expect(takenAway(world)).not.toContain(INTEGRATION);
    world.feature({ type: "branch.created", branch: INTEGRATION, sha: sha("base") });
    expect(takenAway(world)).toContain(INTEGRATION);
    expect(world.state).toMatchObject({ stage: "cancelled", land: null });
  });

  it("given up, leaves the base alone and takes the integration branch away", () => {
    const world = together({ a: [], b: [] }, "rollback");
    world.lands("a");
    world.commands("cancel");
    expect(world.state.stage).toBe("cancelled");
    expect(world.has("revert.write")).toBe(false);
    expect(world.has("branch.delete", (one) => one.type === "branch.delete" && one.branch === INTEGRATION)).toBe(true);
  });
});

function takenAway(world: World): string[] {
  return world.effects.flatMap((effect) => (effect.type === "branch.delete" ? [effect.branch] : []));
}

type Method = "merge" | "squash" | "rebase";

function rollback(tasks: Record<string, string[]> = { a: [], b: [], c: [] }, method: Method = "squash"): World {
  const world = new World();
  world.label();
  world.allow({ policy: { ...freely, merge: { method, mode: "auto" } } });
  world.plan(tasks, {}, { onFailure: "rollback" });
  return world;
}

/** A person changed the first pull to this. */
function look(world: World, more: Parameters<World["pullIs"]>[1]): void {
  world.lane({ type: "hinted", topic: { kind: "pull", pull: 10 } });
  world.pullIs(10, more);
}

/** The revert is written, its pull opens, and the lane sees it. */
function reverts(world: World, id: string, pull: number): void {
  const { task } = world.take("revert.write", (effect) => effect.task === id);
  world.feature({ type: "revert.written", task, head: sha(id) });
  world.take("pull.open", (effect) => effect.task === id);
  world.feature({ type: "pull.opened", task: id, pull });
}

describe("rolling back", () => {
  it("takes back what landed, last merge first, and then has failed", () => {
    const world = rollback();
    world.lands("b");
    world.lands("a");
    world.commands("cancel");
    expect(world.state.stage).toBe("rolling-back");
    expect(world.take("revert.write")).toMatchObject({ task: "undo-1", merge: sha("merge-10"), base: sha("base") });
    expect(world.has("revert.write")).toBe(false);
    world.feature({ type: "revert.written", task: "undo-1", head: sha("undo-1") });
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "undo-1", pull: 40 });
    world.pullIs(40);
    world.merges(40);
    expect(world.state.stage).toBe("rolling-back");
    reverts(world, "undo-2", 41);
    world.pullIs(41);
    world.merges(41);
    expect(world.state.stage).toBe("failed");
    expect(world.stages()).toMatchObject({ a: "done", b: "done", c: "cancelled", "undo-1": "done", "undo-2": "done" });
  });

  const between = { landedTree: sha("with the stranger's"), parents: [sha("stranger")] };
  const refused = { outcome: "refused" as const, message: "A review is required" };
  const ours = (more?: Parameters<World["merges"]>[1]) => (world: World) => {
    world.pullIs(10);
    world.merges(10, more);
  };
  /** A person does, while the base is at `tip`. */
  const byHand = (parent: string, tip = "base", more: string[] = []) => {
    return (world: World) => {
      world.pullIs(10, { checks: [running], baseSha: sha(tip) });
      look(world, { state: "merged", mergeable: null, checks: [] });
      world.merges(10, { parents: [parent, ...more].map(sha) });
    };
  };

  it.each<[string, Method, string | null, (world: World) => void]>([
    ["as one commit on what it was tested on", "squash", "base", ours()],
    ["as one commit on a stranger's", "squash", "stranger", ours(between)],
    ["as a merge with a stranger's", "merge", "stranger", ours({ ...between, parents: [sha("stranger"), sha("a-1")] })],
    ["as several commits on what they were tested on", "rebase", "base", ours({ parents: [sha("first of two")] })],
    ["as several commits on a stranger's", "rebase", null, ours({ ...between, parents: [sha("first of two")] })],
    ["as one commit, by hand", "squash", "base", byHand("base")],
    ["as one commit, by hand, on a base that GitHub does not record yet", "squash", "newer", byHand("newer", "newer")],
    ["as a merge, by hand, on what nobody had looked at", "squash", "unseen", byHand("unseen", "base", ["a-1"])],
    ["as several commits, by hand, whatever the method is here", "squash", null, byHand("first of two")],
    [
      "as several commits, by hand, after GitHub had refused the same head",
      "squash",
      null,
      (world) => {
        world.pullIs(10);
        const { head } = world.take("pull.merge");
        world.lane({ type: "pull.merged", pull: 10, head, outcome: refused });
        look(world, { state: "merged", mergeable: null, checks: [] });
        world.merges(10, { ...between, parents: [sha("first of two")] });
      },
    ],
  ])("takes back the whole of what landed %s, or leaves it to a person", (_, method, base, lands) => {
    const world = rollback({ a: [], b: [] }, method);
    world.agentSucceeds("a");
    lands(world);
    world.commands("cancel");
    if (base === null) {
      expect(world.has("revert.write")).toBe(false);
      expect(world.task("undo-1")).toMatchObject({
        stage: "parked",
        failure: { class: "policy-blocked" },
      });
      expect(activityOf(world.state)).toBe("waits-for-person");
      expect(standingOf(world.state, world.task("undo-1"))).toMatchObject({ remedy: "revert-by-hand" });
      world.commands({ verb: "retry", task: "undo-1" });
      expect(world.has("revert.write")).toBe(false);
      world.commands("cancel", "ada", world.at + 1_000);
      expect(world.state.stage).toBe("failed");
    } else {
      expect(world.take("revert.write")).toMatchObject({ merge: sha("merge-10"), base: sha(base) });
    }
  });

  it("only cancels when nothing has landed and nothing may land", () => {
    const world = rollback();
    world.commands("cancel");
    expect(world.state.stage).toBe("cancelled");
  });

  it("takes back nothing where the policy keeps what landed", () => {
    const world = new World();
    world.start({ a: [], b: [] });
    world.lands("a");
    world.commands("cancel");
    expect(world.state.stage).toBe("cancelled");
  });

  it("waits for the lane's word on what it was merging, and takes that back too", () => {
    const world = rollback({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    world.commands("cancel");
    expect(world.state).toMatchObject({ stage: "rolling-back", awaiting: ["a"] });
    world.merges(pull);
    expect(world.state.awaiting).toEqual([]);
    expect(world.take("revert.write")).toMatchObject({ task: "undo-1", merge: sha(`merge-${pull}`) });
  });

  const asked = (world: World) => world.pullIs(10);
  const unknown = (world: World) => {
    const { head } = world.take("pull.merge");
    world.lane({ type: "pull.merged", pull: 10, head, outcome: { outcome: "unknown", message: "502" } });
  };
  const merged = { state: "merged" as const, mergeable: null, checks: [] };
  /** Its checks failed, and an agent is at work on it. */
  const away = (world: World) => {
    world.pullIs(10, { checks: [red] });
    const { head } = world.take("failure.read");
    world.lane({ type: "failure.read", pull: 10, head, details: [] });
    expect(world.laneState.entries).toMatchObject([{ stage: { kind: "away" } }]);
  };

  it.each<[string, (world: World) => void, (world: World) => void, boolean]>([
    [
      "was being merged, and the merge is not known yet",
      asked,
      (world) => {
        unknown(world);
        expect(world.state).toMatchObject({ stage: "rolling-back", awaiting: ["a"] });
        world.timer("rest:10", LANE);
        world.pullIs(10, merged);
        world.merges(10);
      },
      true,
    ],
    [
      "was being merged, and the refusal is not known yet",
      asked,
      (world) => {
        unknown(world);
        expect(world.state).toMatchObject({ stage: "rolling-back", awaiting: ["a"] });
        world.timer("rest:10", LANE);
        world.pullIs(10);
      },
      false,
    ],
    [
      "was with an agent while a person merged it",
      (world) => {
        away(world);
        look(world, merged);
      },
      (world) => world.merges(10),
      true,
    ],
    ["was with an agent", away, () => {}, false],
    [
      "it does not hold although it has a pull",
      (world) => world.lane({ type: "entry.withdrawn", feature: FEATURE, task: "a" }),
      () => {},
      false,
    ],
  ])("waits for the lane's word on what %s", (_, before, after, landed) => {
    const world = rollback({ a: [], b: [] });
    world.agentSucceeds("a");
    before(world);
    world.commands("cancel");
    after(world);
    expect(world.state.awaiting).toEqual([]);
    expect(world.laneState.entries).toEqual([]);
    expect(world.state.stage).toBe(landed ? "rolling-back" : "failed");
    expect(world.has("revert.write")).toBe(landed);
  });

  it("has the lane answer for a task of which it holds nothing", () => {
    const world = rollback({ a: [], b: [] });
    world.agentSucceeds("a");
    const sent: unknown[] = [];
    world.onSend = ({ to, event }) => sent.push([to, event]);
    world.lane({ type: "entry.withdrawn", feature: FEATURE, task: "b" });
    expect(sent).toEqual([[FEATURE, { type: "entry.left", task: "b" }]]);
  });

  it("names what takes back a merge like no task of a plan that an older version let pass", () => {
    const world = rollback({ a: [], b: [], c: [] });
    world.lands("a");
    world.lands("b");
    const older = world.state;
    older.tasks[1]!.plan.id = "undo-1";
    const given = (state: typeof older, event: FeatureEvent) => decideFeature(state, { id: "e", at: world.at, event });
    const closing = given(older, { type: "issue.closed", by: "ada" });
    const round = closing.effects.flatMap((effect) => (effect.type === "closing.observe" ? effect.round : []))[0]!;
    const { state } = given(closing.state!, {
      type: "closing.observed",
      round,
      open: false,
      by: "ada",
      permission: "write",
    });
    const undos = state!.tasks.filter((task) => task.undoes !== null);
    expect(undos.map(({ plan, undoes }) => [plan.id, undoes!.task])).toEqual([
      ["undo-2", "undo-1"],
      ["undo-3", "a"],
    ]);
  });

  it("ends at the lane's word that nothing landed", () => {
    const world = rollback({ a: [], b: [] });
    world.agentSucceeds("a");
    world.commands("cancel");
    expect(world.state).toMatchObject({ stage: "failed", awaiting: [] });
    expect(world.has("revert.write")).toBe(false);
  });

  it("asks no agent about a revert that fails its checks: it waits for a person", () => {
    const world = rollback({ a: [], b: [] });
    world.lands("a");
    world.commands("cancel");
    reverts(world, "undo-1", 40);
    world.pullIs(40, { checks: [red] });
    const { head } = world.take("failure.read");
    world.lane({ type: "failure.read", pull: 40, head, details: [] });
    expect(world.task("undo-1").stage).toBe("parked");
    expect(world.has("attempt.dispatch", (one) => one.type === "attempt.dispatch" && one.task === "undo-1")).toBe(
      false,
    );
    world.commands({ verb: "retry", task: "undo-1" });
    expect(world.task("undo-1").stage).toBe("in-lane");
  });

  it("can itself be given up: then things stay as they are", () => {
    const world = rollback({ a: [], b: [] });
    world.lands("a");
    world.commands("cancel");
    world.commands("cancel", "bo", world.at + 1_000);
    expect(world.state).toMatchObject({ stage: "failed", endedBy: "ada", leftBy: "bo" });
    expect(world.task("undo-1").stage).toBe("cancelled");
  });

  it("is not given up by a cancel that was written before it began", () => {
    const world = rollback({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    world.commands("cancel");
    world.at += 5_000;
    world.commands("cancel", "ada", world.at - 5_000);
    expect(world.take("notice.post")).toMatchObject({ notice: { refusal: { kind: "rollback-unseen" } } });
    world.merges(pull);
    expect(world.has("revert.write")).toBe(true);
  });

  it("continues although its issue is closed, which is how many people give up", () => {
    const world = rollback({ a: [], b: [] });
    world.lands("a");
    world.closes();
    expect(world.state.stage).toBe("rolling-back");
    world.closes();
    expect(world.state.stage).toBe("rolling-back");
  });

  it("stops siblings before merging while a person may still fix what failed", () => {
    const world = rollback({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    for (let attempt = 0; attempt < 2; attempt += 1) {
      world.dispatches("b");
      world.ends("b", { outcome: "failed", summary: "the same" }, [change("b.ts")]);
    }
    expect(world.task("b").stage).toBe("parked");
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(false);
  });
});

describe("a feature", () => {
  it("has names of its own that no plan may use", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ land: [], "undo-1": [] });
    expect(world.state.parked).toMatchObject({
      kind: "plan-invalid",
      problems: [
        { kind: "reserved-id", id: "land" },
        { kind: "reserved-id", id: "undo-1" },
      ],
    });
    expect(world.rawState(FEATURE)).toBeDefined();
  });
});
