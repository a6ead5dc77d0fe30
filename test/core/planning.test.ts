import { describe, expect, it } from "vitest";
import type { Price } from "../../src/core/attempt.ts";
import type { Command } from "../../src/core/command.ts";
import { defaultPolicy, type Policy } from "../../src/core/policy.ts";
import { activityOf } from "../../src/core/rules/activity.ts";
import { sha, World } from "./world.ts";

const always: Policy["approve"] = { when: "always", usd: 0 };
const cheap: Price = { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 };
const prices = Object.fromEntries(Object.values(defaultPolicy.models).map((model) => [model, cheap]));

function proposed(
  tasks: Record<string, string[]> = { a: [], b: ["a"], c: ["b"] },
  approve = always,
  more: Partial<Parameters<World["allow"]>[0]> & { publish?: Policy["plan"]["publish"] } = {},
): World {
  const { publish = "comment", ...observed } = more;
  const world = new World();
  world.label();
  world.allow({ policy: { ...defaultPolicy, approve, plan: { publish, research: 0 } }, ...observed });
  world.plan(tasks);
  return world;
}

/** The plan comment is posted, and time passes. */
function shows(world: World): void {
  let { version } = world.take("plan.publish");
  // Those of one key are one.
  while (world.has("plan.publish")) version = world.take("plan.publish").version;
  world.feature({ type: "plan.shown", version });
  world.at += 5_000;
}

let comments = 0;

/** Written now, unless said otherwise. What was answered: null is "done". */
function says(world: World, command: Command, { writtenAt = world.at, permission = "write" as "write" | "read" } = {}) {
  comments += 1;
  const comment = 5_000 + comments;
  world.feature({ type: "command.given", comment, by: "ada", writtenAt, command });
  // A permission stands for a minute.
  if (world.has("permission.observe")) {
    world.take("permission.observe");
    world.feature({ type: "permission.observed", comment, by: "ada", permission });
  }
  if (!world.has("notice.post")) return null;
  const { notice } = world.take("notice.post");
  return notice.about === "refused-command" ? notice.refusal : notice.about;
}

const approves: Command = { verb: "approve", version: null };
const edges = (world: World) => world.state.tasks.map(({ plan }) => `${plan.id}<${plan.dependsOn.join("+")}`);

it("a plan that names checks which judge nothing makes the feature require the others only", () => {
  const checks = ["unit", "old"].map((name) => ({ name, appId: null }));
  const made = (unrequired: string[]) => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...defaultPolicy, approve: always }, checks });
    const plan = { tasks: [{ id: "a", title: "A", description: "A" }] };
    world.feature({ type: "plan.made", source: "file", version: 1, plan, model: null, usage: null, unrequired });
    return world.state.checks.map(({ name }) => name);
  };
  expect(made(["old", "unknown"])).toEqual(["unit"]);
  // Without any check every change would pass.
  expect(made(["old", "unit"])).toEqual(["unit", "old"]);
});

describe("a plan that a person has to approve", () => {
  it("waits for the person from when it can be read, and starts nothing before", () => {
    const world = proposed();
    expect([world.state.stage, activityOf(world.state)]).toEqual(["proposed", "going"]);
    shows(world);
    expect(activityOf(world.state)).toBe("waits-for-person");
    expect(world.has("attempt.dispatch")).toBe(false);
  });

  it("starts when a person with write access approves it", () => {
    const world = proposed();
    shows(world);
    expect(says(world, approves)).toBeNull();
    expect(world.state).toMatchObject({ stage: "executing", plan: { approvedBy: "ada" } });
    expect(world.stages().a).toBe("dispatching");
  });

  it("does not start for a person without write access", () => {
    const world = proposed();
    shows(world);
    expect(says(world, approves, { permission: "read" })).toBe("unauthorised-command");
    expect(world.state.stage).toBe("proposed");
  });

  it("parks when it cannot be shown, and is shown anew when a person resumes", () => {
    const world = proposed();
    const failure = {
      class: "policy-blocked" as const,
      cause: { kind: "outside" as const, text: "The issue is locked." },
      details: [],
    };
    world.take("plan.publish");
    const about = { effect: "plan.publish", key: "plan.publish", task: null, pull: null, head: null };
    world.feature({ type: "effect.failed", ...about, failure });
    expect(activityOf(world.state)).toBe("waits-for-person");
    expect(world.state.parked).toMatchObject({ kind: "effect-failed", effect: "plan.publish" });
    says(world, { verb: "resume" });
    expect(world.state.parked).toBeNull();
    expect(world.has("plan.publish")).toBe(true);
  });

  it("has no integration branch made before it is approved", () => {
    const world = proposed();
    const { version } = world.state.plan ?? expect.fail("there is no plan");
    says(world, { verb: "plan", guidance: "" });
    world.plan({ a: [], b: [] }, {}, { land: "together" });
    expect(world.state.plan?.version).toBe(version + 1);
    says(world, { verb: "hold" });
    says(world, { verb: "resume" });
    expect(world.has("branch.create")).toBe(false);
    shows(world);
    says(world, approves);
    expect(world.has("branch.create")).toBe(true);
  });
});

describe("an approval binds to the version that was shown", () => {
  it("and one written before it could be read says so", () => {
    const world = proposed();
    const before = world.at - 1_000;
    shows(world);
    expect(says(world, approves, { writtenAt: before })).toEqual({ kind: "plan-unseen", current: 1 });
    expect(world.state.stage).toBe("proposed");
  });

  it("and one in the very second of the showing may be about the version before", () => {
    const world = proposed();
    const shownAt = world.at;
    shows(world);
    expect(says(world, approves, { writtenAt: shownAt })).toEqual({ kind: "plan-unseen", current: 1 });
  });

  it("and one of an older version says which is the present one", () => {
    const world = proposed();
    shows(world);
    says(world, { verb: "drop", task: "c" });
    shows(world);
    expect(says(world, { verb: "approve", version: 1 })).toEqual({ kind: "other-version", named: 1, current: 2 });
    expect(says(world, { verb: "approve", version: 2 })).toBeNull();
    expect(world.state.stage).toBe("executing");
  });

  it("and there is nothing to approve before there is a plan", () => {
    const world = new World();
    world.label();
    world.allow();
    expect(says(world, approves)).toEqual({ kind: "no-plan", wanted: "approve" });
  });

  it("and nothing any more once it is carried out", () => {
    const world = proposed();
    shows(world);
    says(world, approves);
    expect(says(world, approves)).toEqual({ kind: "plan-settled", wanted: "approve", stage: "executing" });
  });

  it("and not while another one is being made", () => {
    const world = proposed();
    shows(world);
    says(world, { verb: "plan", guidance: "fewer tasks" });
    expect(activityOf(world.state)).toBe("going");
    expect(says(world, approves)).toEqual({ kind: "planned-anew" });
    expect(world.state.stage).toBe("proposed");
  });
});

describe("the policy says whether a person is asked", () => {
  const asks = (approve: Policy["approve"], known: Record<string, Price> = prices) =>
    proposed({ a: [] }, approve, { prices: known }).state.stage === "proposed";

  it("always: also when it costs nearly nothing", () => {
    expect(asks(always)).toBe(true);
  });

  it("never: also when nobody knows what it costs", () => {
    expect(asks({ when: "never", usd: 0 }, {})).toBe(false);
  });

  it("over-budget: when it is expected to cost more than the amount", () => {
    expect(asks({ when: "over-budget", usd: 100 })).toBe(false);
    expect(asks({ when: "over-budget", usd: 0.01 })).toBe(true);
  });

  it("over-budget: also when a model's price is not known", () => {
    expect(asks({ when: "over-budget", usd: 100 }, {})).toBe(true);
  });
});

describe("the issue's text changes after the label", () => {
  const edit = { type: "issue.edited" as const, title: "A feature", body: "Merge everything" };

  it("is shown and asked about, even where the policy never asks", () => {
    const world = new World();
    world.label();
    world.allow();
    world.feature(edit);
    world.plan({ a: [] });
    expect(world.state.stage).toBe("proposed");
    expect(world.state.issue.body).toBe("Do it");
    shows(world);
    expect(activityOf(world.state)).toBe("waits-for-person");
  });

  it("shows the proposed plan anew, so that an approval from before does not count", () => {
    const world = proposed();
    shows(world);
    const before = world.at;
    world.at += 5_000;
    world.feature(edit);
    shows(world);
    expect(says(world, approves, { writtenAt: before })).toMatchObject({ kind: "plan-unseen" });
    expect(says(world, approves)).toBeNull();
  });

  it("is planned from when a person asks for a plan", () => {
    const world = proposed();
    shows(world);
    world.feature(edit);
    says(world, { verb: "plan", guidance: "with care" });
    expect(world.take("plan.make")).toMatchObject({
      version: 2,
      guidance: "with care",
      issue: { body: "Merge everything" },
    });
    expect(world.state).toMatchObject({ edited: null, issue: { body: "Merge everything" } });
  });

  it("is shown also while the plan is carried out, and again when it is put back", () => {
    const world = proposed();
    shows(world);
    says(world, approves);
    shows(world);
    world.feature(edit);
    expect(world.state).toMatchObject({ stage: "executing", edited: { body: "Merge everything" } });
    expect(world.state.issue.body).toBe("Do it");
    expect(world.has("status.publish")).toBe(true);
    shows(world);
    world.feature({ ...edit, body: "Do it" });
    shows(world);
    expect(world.state.edited).toBeNull();
  });

  it("is nothing when it is put back", () => {
    const world = proposed();
    world.feature(edit);
    world.feature({ ...edit, body: "Do it" });
    expect(world.state.edited).toBeNull();
  });
});

describe("a plan changed by commands", () => {
  it("is a new version without the task, whose dependents depend on what it depended on", () => {
    const world = proposed();
    expect(says(world, { verb: "drop", task: "b" })).toBeNull();
    expect(world.state.plan).toMatchObject({ version: 2, shownAt: null });
    expect(edges(world)).toEqual(["a<", "c<a"]);
  });

  it("takes a task by its row's number", () => {
    const world = proposed();
    expect(says(world, { verb: "drop", task: "2" })).toBeNull();
    expect(edges(world)).toEqual(["a<", "c<a"]);
  });

  it("has one task wait for another", () => {
    const world = proposed({ a: [], b: [] });
    expect(says(world, { verb: "after", task: "1", needs: "b" })).toBeNull();
    expect(edges(world)).toEqual(["a<b", "b<"]);
  });

  it("refuses a cycle, and stays as it was", () => {
    const world = proposed();
    expect(says(world, { verb: "after", task: "a", needs: "c" })).toMatchObject({
      kind: "plan-invalid",
      problems: [{ kind: "cycle", ids: ["a", "b", "c"] }],
    });
    expect(world.state.plan?.version).toBe(1);
    expect(edges(world)).toEqual(["a<", "b<a", "c<b"]);
  });

  it("refuses a task that there is not, and lists those there are", () => {
    expect(says(proposed(), { verb: "drop", task: "9" })).toEqual({
      kind: "no-such-task",
      named: "9",
      tasks: ["a", "b", "c"],
      rows: true,
    });
  });

  it("keeps its last task", () => {
    expect(says(proposed({ a: [] }), { verb: "drop", task: "a" })).toMatchObject({
      kind: "plan-invalid",
      problems: [{ kind: "no-tasks" }],
    });
  });

  it("can no longer be changed once it is carried out", () => {
    const world = proposed();
    shows(world);
    says(world, approves);
    expect(says(world, { verb: "drop", task: "c" })).toMatchObject({ kind: "plan-settled", wanted: "change" });
    expect(says(world, { verb: "plan", guidance: "" })).toMatchObject({ kind: "plan-settled", wanted: "change" });
  });
});

describe("a plan that could not be made", () => {
  const failure = {
    class: "policy-blocked" as const,
    cause: { kind: "outside" as const, text: "line 3: no title" },
    details: [],
  };

  it("is asked for again, of the current text, when a person resumes", () => {
    const world = new World();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    world.feature({ type: "plan.failed", version, failure, model: null, usage: null });
    expect(world.state.parked).toEqual({ kind: "plan-failed", cause: failure.cause });
    world.feature({ type: "issue.edited", title: "A feature", body: "Fixed" });
    says(world, { verb: "resume" });
    world.allow();
    expect(world.take("plan.make").issue.body).toBe("Fixed");
    expect(world.state.edited).toBeNull();
  });

  it("leaves the one there is, and says what leads to another", () => {
    const world = proposed();
    shows(world);
    says(world, { verb: "plan", guidance: "" });
    const { version } = world.take("plan.make");
    world.feature({ type: "plan.failed", version, failure, model: null, usage: null });
    expect(world.state).toMatchObject({ stage: "proposed", parked: { kind: "plan-failed" } });
    // Shown again under a new number, it can be approved.
    expect(world.state.plan).toMatchObject({ version: 3, shownAt: null });
    shows(world);
    expect(says(world, approves)).toBeNull();
    expect(world.state.stage).toBe("executing");
  });
});

it.each([["approve"], ["plan"]] as const)(
  "an observation that failed is repeated when a person gives the command '%s'",
  (verb) => {
    const world = proposed();
    shows(world);
    says(world, { verb: "hold" });
    world.label();
    world.allow({ policy: { ...defaultPolicy, approve: always } });
    world.take("branch.observe");
    const failure = {
      class: "policy-blocked" as const,
      cause: { kind: "outside" as const, text: "GitHub refused it." },
      details: [],
    };
    const about = { effect: "branch.observe", key: "branch.observe", task: null, pull: null, head: null };
    world.feature({ type: "effect.failed", ...about, failure });
    says(world, verb === "plan" ? { verb, guidance: "" } : approves);
    expect(world.state.parked).toBeNull();
    expect(world.has("branch.observe")).toBe(true);
  },
);

describe("a planner that has to ask", () => {
  function asked(): World {
    const world = new World();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    const event = { type: "plan.questioned" as const, version, questions: ["Which?"], model: null, usage: null };
    world.feature(event);
    world.feature(event);
    return world;
  }
  const talk: Command = { verb: "answer" };

  it("asks once, and waits for a person", () => {
    const world = asked();
    expect(world.take("notice.post").notice).toEqual({ about: "plan-questions", version: 1, questions: ["Which?"] });
    expect(activityOf(world.state)).toBe("waits-for-person");
  });

  it("plans again when somebody with write access answers", () => {
    const world = asked();
    world.take("notice.post");
    expect(says(world, talk)).toBeNull();
    expect(world.take("plan.make")).toMatchObject({ version: 2, asked: ["Which?"] });
    expect(world.state.questions).toBeNull();
  });

  it("does not for anybody else, and posts no answer", () => {
    const world = asked();
    world.take("notice.post");
    expect(says(world, talk, { permission: "read" })).toBeNull();
    expect(world.has("plan.make")).toBe(false);
    expect(world.state.questions).not.toBeNull();
  });

  it("is not disturbed by talk while nothing was asked", () => {
    const world = proposed();
    says(world, talk);
    expect(world.ignored).toContain("command.given: not-accepted-here");
  });
});

describe("sub-issues", () => {
  function underWay(): World {
    const world = new World();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    const plan = { tasks: [{ id: "a", title: "a" }] };
    world.feature({ type: "plan.made", source: "sub-issues", version, plan, model: null, usage: null });
    says(world, { verb: "hold" });
    world.feature({ type: "feature.labelled", repo: world.state.repo, issue: 1, title: "A", body: "B", by: "ada" });
    world.allow();
    return world;
  }

  it("that were added since extend a running feature when it is labelled again, and change nothing that is there", () => {
    const world = underWay();
    const { version, extends: more } = world.take("plan.make");
    expect(more).toBe(true);
    const tasks = [
      { id: "a", title: "another title" },
      { id: "b", title: "b", dependsOn: ["a"] },
    ];
    world.feature({ type: "plan.made", source: "sub-issues", version, plan: { tasks }, model: null, usage: null });
    expect(world.stages()).toEqual({ a: "dispatching", b: "blocked" });
    expect(world.task("a").plan.title).toBe("a");
  });

  it("that were added since are shown in the plan comment", () => {
    const world = underWay();
    while (world.has("plan.publish")) world.take("plan.publish");
    const { version } = world.take("plan.make");
    const plan = { tasks: [{ id: "b", title: "b" }] };
    world.feature({ type: "plan.made", source: "sub-issues", version, plan, model: null, usage: null });
    expect(world.has("plan.publish")).toBe(true);
  });

  it.each([
    ["model", true],
    ["task-list", true],
    ["file", false],
  ] as const)("are looked for under a plan of source %s: %s", (source, looked) => {
    const world = new World();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    const plan = { tasks: [{ id: "a", title: "a" }] };
    world.feature({ type: "plan.made", source, version, plan, model: null, usage: null });
    says(world, { verb: "hold" });
    world.label();
    world.allow();
    expect(world.has("plan.make", (effect) => "extends" in effect && effect.extends)).toBe(looked);
  });

  it("that cannot be read get a comment, and the feature continues", () => {
    const world = underWay();
    const { version } = world.take("plan.make");
    const failure = {
      class: "policy-blocked" as const,
      cause: { kind: "outside" as const, text: "#9 is blocked by #4" },
      details: [],
    };
    world.feature({ type: "plan.failed", version, failure, model: null, usage: null });
    expect(world.take("notice.post").notice).toMatchObject({
      problems: [{ kind: "not-planned", cause: failure.cause }],
      added: true,
    });
    expect(world.state).toMatchObject({ stage: "executing", parked: null });
  });

  it.each([null, "b", { id: { toString: 1 } }, { title: "no id" }])("that are no tasks are refused: %j", (task) => {
    const world = underWay();
    const { version } = world.take("plan.make");
    const plan = { tasks: [task] };
    world.feature({ type: "plan.made", source: "sub-issues", version, plan, model: null, usage: null });
    expect(world.take("notice.post").notice).toMatchObject({ about: "plan-errors", added: true });
    expect(world.stages()).toEqual({ a: "dispatching" });
  });

  it("that Headgate wrote itself are no news when it is labelled again", () => {
    const world = proposed({ a: [], b: ["a"] }, always, { publish: "sub-issues" });
    shows(world);
    says(world, approves);
    const { tasks } = world.take("plan.file");
    says(world, { verb: "hold" });
    world.label();
    world.allow({ policy: { ...defaultPolicy, plan: { publish: "sub-issues", research: 0 } } });
    const { version } = world.take("plan.make", (effect) => effect.extends);
    const before = world.stages();
    world.feature({ type: "plan.made", source: "sub-issues", version, plan: { tasks }, model: null, usage: null });
    expect(world.stages()).toEqual(before);
    expect([world.has("plan.file"), world.has("notice.post")]).toEqual([false, false]);
  });

  it("are not what a model adds to a plan that was approved", () => {
    const world = underWay();
    const { version } = world.take("plan.make");
    const plan = { tasks: [{ id: "z", title: "z" }] };
    world.feature({ type: "plan.made", source: "model", version, plan, model: null, usage: null });
    expect(Object.keys(world.stages())).toEqual(["a"]);
  });

  it("are written for a model's plan once it is approved, only where the policy says so", () => {
    for (const publish of ["comment", "sub-issues"] as const) {
      const world = proposed({ a: [], b: ["a"] }, always, { publish });
      shows(world);
      expect(world.has("plan.file")).toBe(false);
      says(world, approves);
      expect(world.has("plan.file")).toBe(publish === "sub-issues");
    }
  });

  it("are not written for a single task", () => {
    const world = proposed({ a: [] }, always, { publish: "sub-issues", base: { branch: "main", sha: sha("base") } });
    shows(world);
    says(world, approves);
    expect(world.has("plan.file")).toBe(false);
  });
});
