import { describe, expect, it } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { Refusal } from "../../src/core/feature/refusal.ts";
import type { ReviewedChange } from "../../src/core/promotion/guarded.ts";
import { activityOf } from "../../src/core/rules/activity.ts";
import { freely, red, running, sha, World } from "./world.ts";

const scripts: ReviewedChange = { path: "package.json", kind: "scripts", content: sha("scripts"), approvedBy: null };
const others = { ...scripts, content: sha("others") };

/** A task whose pull waits for an approval since 1,000,700 ms. */
function waiting(task = "parser"): World {
  const world = new World();
  world.at = 1_000_700;
  world.start({ [task]: [] });
  world.agentSucceeds(task);
  world.pullIs(10, { guarded: [scripts] });
  return world;
}

/** Why the command is refused; null: it is carried out. `writtenAt`: in seconds after 1,000,000 ms. */
function says(world: World, command: Command, writtenAt: number): Refusal | null {
  world.effects.splice(0, world.effects.length);
  world.commands(command, "ada", 1_000_000 + writtenAt * 1_000);
  const notice = world.effects.flatMap((effect) => (effect.type === "notice.post" ? [effect.notice] : []))[0];
  return notice?.about === "refused-command" ? notice.refusal : null;
}

const approve = (task: string): Command => ({ verb: "approve-task", task });

describe("approving the changes of a task by a comment", () => {
  it("lets its pull merge", () => {
    const world = waiting();
    expect(says(world, approve("parser"), 1)).toBeNull();
    expect(world.has("pull.merge")).toBe(true);
  });

  it("counts in the second in which they were shown, where no other changes waited before", () => {
    expect(says(waiting(), approve("parser"), 0)).toBeNull();
  });

  it("is refused where it was written before anything waited", () => {
    const refusal = { kind: "changes-unseen", task: "parser", pull: 10 };
    expect(says(waiting(), approve("parser"), -1)).toEqual(refusal);
  });

  it("is refused where it may be about changes that waited before", () => {
    const world = waiting();
    world.at = 1_005_200;
    world.lane({ type: "hinted", topic: { kind: "pull", pull: 10 } });
    world.pullIs(10, { guarded: [others] });
    const refusal = { kind: "changes-unseen", task: "parser", pull: 10 };
    expect(says(world, approve("parser"), 4)).toEqual(refusal);
    expect(says(world, approve("parser"), 5)).toEqual(refusal);
    expect(world.has("pull.merge")).toBe(false);
    expect(says(world, approve("parser"), 6)).toBeNull();
    expect(world.has("pull.merge")).toBe(true);
  });

  it("is refused by a name that no task has", () => {
    const refusal = { kind: "no-such-task", named: "parsr", tasks: ["parser"], rows: false };
    expect(says(waiting(), approve("parsr"), 1)).toEqual(refusal);
  });

  it("is refused before there is a plan", () => {
    const world = new World();
    world.label();
    world.allow();
    expect(says(world, approve("parser"), 1)).toEqual({ kind: "no-plan", wanted: "approve" });
  });

  it("is refused while nothing waits, and once it has been done", () => {
    const world = new World();
    world.start({ parser: [] });
    const refusal = { kind: "nothing-to-approve", task: "parser" };
    expect(says(world, approve("parser"), 1)).toEqual(refusal);
    const done = waiting();
    says(done, approve("parser"), 1);
    expect(says(done, approve("parser"), 1)).toEqual(refusal);
  });

  it("is refused once the feature is over", () => {
    const world = waiting();
    world.commands("cancel");
    expect(says(world, approve("parser"), 1)).toEqual({ kind: "over", verb: "approve-task", stage: "cancelled" });
  });

  it("is not carried out for somebody without write access", () => {
    const world = waiting();
    const command = { comment: 7, by: "eve", writtenAt: 1_005_000, command: approve("parser") };
    world.feature({ type: "command.given", ...command });
    world.feature({ type: "permission.observed", comment: 7, by: "eve", permission: "read" });
    expect(world.has("pull.merge")).toBe(false);
  });
});

describe("/headgate approve with or without a version while tasks run", () => {
  it("is refused with the tasks whose changes wait", () => {
    const refusal = { kind: "plan-settled", wanted: "approve", stage: "executing", waiting: ["parser"] };
    expect(says(waiting(), { verb: "approve", version: null }, 1)).toEqual(refusal);
  });

  it.each(["v2", "2", "version2"])("approves the changes of a task that is called %s", (task) => {
    const world = waiting(task);
    expect(says(world, { verb: "approve", version: 2 }, 1)).toBeNull();
    expect(world.has("pull.merge")).toBe(true);
  });

  it("approves the plan while that waits, also where a task is called like its version", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, approve: { when: "always", usd: 0 } } });
    world.plan({ v1: [] });
    world.feature({ type: "plan.shown", version: 1 });
    expect(says(world, { verb: "approve", version: 1 }, 1)).toBeNull();
    expect(world.state.stage).toBe("executing");
  });
});

describe("a feature whose only pull waits for an approval", () => {
  it("waits for a person once its checks have ended", () => {
    const world = waiting();
    expect(activityOf(world.state)).toBe("waits-for-person");
    world.lane({ type: "hinted", topic: { kind: "pull", pull: 10 } });
    world.pullIs(10, { guarded: [scripts], checks: [running] });
    expect(activityOf(world.state)).toBe("going");
  });
});

describe("the text of a pull that has been opened", () => {
  it("follows its head when changes wait that did not before, and once for the same ones", () => {
    const world = waiting();
    const asked = world.take("pull.describe");
    expect(asked).toMatchObject({ pull: 10, task: "parser", base: "main", gateSurface: "approve", reachesBase: true });
    const again = (guarded: ReviewedChange[]) => {
      world.lane({ type: "hinted", topic: { kind: "pull", pull: 10 } });
      world.pullIs(10, { guarded });
      return world.has("pull.describe");
    };
    expect(again([scripts])).toBe(false);
    expect(again([others])).toBe(true);
  });

  it("follows its head when an attempt repairs it", () => {
    const world = new World();
    world.start({ parser: [] });
    world.agentSucceeds("parser");
    expect(world.has("pull.describe")).toBe(false);
    world.pullIs(10, { checks: [red] });
    const { head } = world.take("failure.read");
    world.lane({ type: "failure.read", pull: 10, head, details: [] });
    world.agentSucceeds("parser");
    expect(world.take("pull.describe")).toMatchObject({ pull: 10, branch: "headgate/1/parser" });
  });
});
