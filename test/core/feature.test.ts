import { describe, expect, it } from "vitest";
import { standingOf } from "../../src/core/feature/standing.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { spent } from "../../src/core/rules/spending.ts";
import { change, freely, red, sha, World } from "./world.ts";

function started(tasks: Record<string, string[]>): World {
  const world = new World();
  world.start(tasks);
  return world;
}

describe("starting a feature", () => {
  it("asks who labelled before anything else", () => {
    const world = new World();
    world.label();
    expect(world.effects.map((effect) => effect.type)).toEqual(["feature.observe", "timer.set"]);
  });

  it("runs nothing for someone without write access, and says why once", () => {
    const world = new World();
    world.label("mallory");
    world.allow({ permission: "read" });
    expect(world.has("plan.make")).toBe(false);
    expect(world.take("notice.post").notice).toEqual({ about: "unauthorised-label", by: "mallory" });
    expect(world.state.parked).not.toBeNull();
  });

  it("starts after all when someone with write access labels again", () => {
    const world = new World();
    world.label("mallory");
    world.allow({ permission: "none" });
    world.label("ada");
    world.allow();
    expect(world.has("plan.make")).toBe(true);
  });

  it("does not start where nothing would judge the work", () => {
    const world = new World();
    world.label();
    world.allow({ problems: [{ kind: "no-required-checks", branch: "main" }] });
    expect(world.take("notice.post").notice).toMatchObject({
      about: "not-ready",
      problems: [{ kind: "no-required-checks", branch: "main" }],
    });
    expect(world.has("plan.make")).toBe(false);
  });

  it("comments every error of a bad plan and makes no branch", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: ["b"], b: ["a"], c: ["ghost"] });
    expect(world.take("notice.post").notice).toMatchObject({
      about: "plan-errors",
      problems: [
        { kind: "unknown-dependency", id: "c", dependency: "ghost" },
        { kind: "cycle", ids: ["a", "b"] },
      ],
    });
    expect(world.has("attempt.dispatch")).toBe(false);
  });

  it("dispatches exactly the tasks without dependencies", () => {
    const world = started({ a: [], b: ["a"], c: [] });
    expect(world.stages()).toEqual({ a: "dispatching", b: "blocked", c: "dispatching" });
  });

  it("never runs more attempts than there are slots", () => {
    const world = started(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`t${i}`, []])));
    expect(Object.values(world.stages()).filter((stage) => stage === "dispatching")).toHaveLength(4);
  });
});

describe("a task", () => {
  it("goes from its attempt through promotion and its pull into the lane, and is done when it has landed", () => {
    const world = started({ a: [] });
    world.lands("a");
    expect(world.task("a")).toMatchObject({
      stage: "done",
      pull: 10,
      landing: { order: 1, mergeSha: sha("merge-10") },
    });
    expect(world.state.stage).toBe("completed");
    expect(world.has("issue.close")).toBe(true);
    expect(world.has("branch.delete")).toBe(true);
  });

  it("lets its dependents start only when it has landed, on the base it made", () => {
    const world = started({ a: [], b: ["a"] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    expect(world.stages().b).toBe("blocked");
    world.merges(pull);
    expect(world.take("attempt.dispatch").brief).toMatchObject({ task: "b", checkout: sha("merge-10"), kind: "build" });
  });

  it("starts from the base's tip when people merged two in one second, whichever event comes last", () => {
    const world = started({ a: [], b: [], c: ["a", "b"] });
    for (const id of ["a", "b"]) world.pullIs(world.agentSucceeds(id), { state: "merged" });
    world.merges(11, { tip: sha("merge-11") });
    world.at -= 1_000;
    world.merges(10, { tip: sha("merge-11") });
    expect(world.take("attempt.dispatch").brief).toMatchObject({ task: "c", checkout: sha("merge-11") });
  });

  it("observes its run as soon as it knows its number, because the run may have ended before", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    expect(world.has("attempt.observe")).toBe(true);
  });

  it("of research has nothing to land and passes its notes on", () => {
    const world = new World();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    const tasks = [
      { id: "look", title: "Look", role: "research" },
      { id: "build", title: "Build", dependsOn: ["look"] },
    ];
    world.feature({ type: "plan.made", source: "model", version, plan: { tasks }, model: null, usage: null });
    world.dispatches("look");
    world.ends("look", { notes: ["it is in src/x.ts"] }, []);
    expect(world.task("look").stage).toBe("done");
    expect(world.take("attempt.dispatch").brief.dependencies).toEqual([
      { id: "look", title: "Look", summary: "did it", notes: ["it is in src/x.ts"] },
    ]);
  });

  it.each([
    ["agent-empty", { summary: "" }, []],
    ["agent-failed", { outcome: "failed" as const }, undefined],
    ["attempt-timed-out", { outcome: "timed-out" as const }, undefined],
    ["agent-failed", {}, [change("../outside")]],
  ])("parks when it ended as %s twice in the same way, and siblings continue", (failure, outcome, manifest) => {
    const world = started({ a: [], b: ["a"], c: [] });
    for (let attempt = 1; attempt <= 2; attempt++) {
      expect(world.dispatches("a")).toBe(attempt);
      world.ends("a", outcome, manifest);
    }
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: failure } });
    expect(world.has("change.write")).toBe(false);
    expect(world.stages()).toEqual({ a: "parked", b: "blocked", c: "dispatching" });
    world.lands("c");
    expect(world.stages().c).toBe("done");
  });

  it("parks when the commit changes what its guardrails protect twice in the same way, and no branch moves", () => {
    const world = started({ a: [] });
    for (let attempt = 1; attempt <= 2; attempt++) {
      world.dispatches("a");
      world.ends("a", {}, [change("docs")]);
      // The job listed one file; the commit takes a folder away with it.
      world.writes("a", { unlisted: ["docs/CODEOWNERS"] });
      expect(world.has("change.promote")).toBe(false);
    }
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "agent-failed" }, head: null });
    expect(world.state.endings).toEqual(["agent-failed", "agent-failed"]);
  });

  it("tries three times while it fails in different ways, each time on a larger model", () => {
    const world = started({ a: [] });
    const models: string[] = [];
    for (const summary of ["no such file", "syntax error", "out of ideas"]) {
      models.push(world.effects.find((effect) => effect.type === "attempt.dispatch")?.brief.model.name ?? "");
      world.dispatches("a");
      world.ends("a", { outcome: "failed", summary });
    }
    expect(world.task("a")).toMatchObject({ stage: "parked", machine: { attempt: 3, failures: 3 } });
    expect(models).toEqual(["claude-sonnet-5-5", "claude-opus-5-5", "claude-opus-5-5"]);
  });

  it("forgets its instructions once it has landed, and dependents still read its notes", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [], b: ["a"] }, { description: "how to do it", acceptance: ["it works"], files: ["src/**"] });
    world.dispatches("a");
    world.ends("a", { summary: "did a", notes: ["read this"] }, [change("src/a.ts")]);
    world.promotes("a");
    expect(world.take("pull.open")).toMatchObject({ description: "how to do it", files: ["src/a.ts"] });
    world.feature({ type: "pull.opened", task: "a", pull: 10 });
    world.pullIs(10);
    world.merges(10);
    expect(world.task("a").plan).toMatchObject({ description: "", acceptance: [], files: ["src/**"] });
    expect(world.take("attempt.dispatch", ({ task }) => task === "b").brief).toMatchObject({
      description: "how to do it",
      acceptance: ["it works"],
      dependencies: [{ id: "a", summary: "did a", notes: ["read this"] }],
      siblings: [{ id: "a", files: ["src/**"] }],
    });
  });

  it("has one try after a person's retry of a tripped breaker", () => {
    const world = started({ a: [] });
    for (let attempt = 1; attempt <= 2; attempt++) {
      world.dispatches("a");
      world.ends("a", { outcome: "failed" });
    }
    expect(world.task("a").breaker).toBe("open");
    world.feature({
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "retry", task: "a" },
    });
    world.feature({ type: "permission.observed", comment: 5, by: "ada", permission: "write" });
    world.dispatches("a");
    world.ends("a", { outcome: "failed", summary: "something else" });
    expect(world.task("a")).toMatchObject({ stage: "parked", breaker: "open" });
  });

  it("gives the next attempt the cause of the last one", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    world.ends("a", { outcome: "failed", summary: "npm exploded" });
    expect(world.take("attempt.dispatch").brief.failure).toMatchObject({
      class: "agent-failed",
      cause: { kind: "agent-said", text: "npm exploded" },
    });
  });

  it("does not pay for a lost runner, waits a little and tries again, but not for ever", () => {
    const world = started({ a: [] });
    for (let lost = 1; lost <= 6; lost++) {
      world.dispatches("a");
      world.ends("a", null);
      expect(world.task("a")).toMatchObject({ stage: "waiting", machine: { failures: 0, free: lost } });
      world.timer("wait:a");
    }
    expect(world.state.breaker).toMatchObject({ state: "open", trips: 1 });
    expect(world.has("attempt.dispatch")).toBe(false);
    world.timer("breaker");
    world.dispatches("a");
    world.ends("a", null);
    expect(world.task("a").stage).toBe("parked");
    expect(world.state.breaker).toMatchObject({ state: "open", trips: 2 });
  });

  it("closes the breaker with the first attempt that works again", () => {
    const world = started({ a: [], b: [] });
    for (let lost = 1; lost <= 3; lost++) {
      for (const id of ["a", "b"]) {
        world.dispatches(id);
        world.ends(id, null);
      }
      for (const id of ["a", "b"]) world.timer(`wait:${id}`);
    }
    world.timer("breaker");
    expect(Object.values(world.stages()).filter((stage) => stage === "dispatching")).toHaveLength(1);
    world.agentSucceeds("a");
    expect(world.state.breaker).toMatchObject({ state: "closed", trips: 0 });
    expect(world.stages().b).toBe("dispatching");
  });

  it("tries once more when a person resumes an open breaker, whatever was lost since it tripped", () => {
    const world = started({ a: [], b: [], c: [], d: [] });
    world.dispatches("d");
    for (let lost = 1; lost <= 2; lost++) {
      for (const id of ["a", "b", "c"]) {
        world.dispatches(id);
        world.ends(id, null);
      }
      for (const id of ["a", "b", "c"]) world.timer(`wait:${id}`);
    }
    expect(world.state.breaker).toMatchObject({ state: "open", trips: 1 });
    world.ends("d", null);
    expect(world.has("attempt.dispatch")).toBe(false);
    world.commands("resume");
    expect(world.state.breaker).toMatchObject({ state: "half-open", trips: 1 });
    expect(world.has("attempt.dispatch")).toBe(true);
  });

  it("ignores the outcome of an attempt that is not its last", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    const stale = world.effects.find((effect) => effect.type === "attempt.observe");
    world.ends("a", { outcome: "failed" });
    world.dispatches("a");
    if (stale === undefined) throw new Error("nothing was looked at");
    world.effects.unshift(stale);
    world.ends("a", {});
    expect(world.ignored).toContain("attempt.observed: stale-attempt");
    expect(world.task("a").stage).toBe("working");
  });

  it("cancels its run when its time is up", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    world.begins("a");
    world.timer("attempt:1/a/1");
    expect(world.take("attempt.cancel")).toMatchObject({ task: "a", attempt: 1 });
    expect(world.task("a").attempts[0]?.class).toBe("attempt-timed-out");
  });

  it("does not pay for a runner that never came", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    world.timer("attempt:1/a/1");
    expect(world.task("a").attempts[0]?.class).toBe("attempt-lost");
    expect(world.task("a").machine.failures).toBe(0);
  });

  it("is repaired on its own head when its checks fail, with the failing log, and keeps its pull", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [red] });
    const { head } = world.take("failure.read");
    world.lane({
      type: "failure.read",
      pull,
      head,
      details: [{ of: { kind: "check" as const, name: "unit" }, text: "expected 1, got 2" }],
    });
    expect(
      world.take("attempt.dispatch", (effect) => {
        expect(effect.brief).toMatchObject({ kind: "repair", checkout: sha("a-1"), against: sha("a-1") });
        expect(effect.brief.failure?.details.map((item) => item.text).join()).toContain("expected 1, got 2");
        return true;
      }),
    ).toBeDefined();
  });

  it("parks when its checks have failed as often as it may try", () => {
    const world = started({ a: [] });
    for (const text of ["expected 1", "not a function", "timed out"]) {
      const pull = world.agentSucceeds("a");
      world.pullIs(pull, { checks: [red] });
      const { head } = world.take("failure.read");
      world.lane({
        type: "failure.read",
        pull,
        head,
        details: [{ of: { kind: "check" as const, name: "unit" }, text }],
      });
    }
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "checks-failed" } });
  });

  it("is resolved against the base when it conflicts, and the result has both parents", () => {
    const world = started({ a: [], b: [] });
    world.lands("b");
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { mergeable: false, baseSha: sha("merge-11") });
    const { brief, attempt } = world.take("attempt.dispatch");
    expect(brief).toMatchObject({
      kind: "resolve",
      checkout: sha("a-1"),
      merge: sha("merge-11"),
      against: sha("merge-11"),
    });
    world.feature({ type: "attempt.dispatched", task: "a", attempt, run: 7 });
    world.ends("a", {});
    expect(world.writes("a").parents).toEqual([sha("a-1"), sha("merge-11")]);
    expect(world.take("change.promote")).toMatchObject({ from: sha("a-1"), commit: sha("a-2") });
    expect(world.task("a").machine).toMatchObject({ failures: 0, free: 1 });
  });

  it("is done when a person merges its pull while an agent repairs it, and the agent is stopped", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { mergeable: false });
    world.dispatches("a");
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    world.pullIs(pull, { state: "merged" });
    world.merges(pull);
    expect(world.task("a").stage).toBe("done");
    expect(world.has("attempt.cancel")).toBe(true);
  });
});

describe("commands", () => {
  function command(
    world: World,
    comment: number,
    verb: Parameters<World["feature"]>[0] & { type: "command.given" },
    permission: "write" | "read" = "write",
  ) {
    world.feature(verb);
    // A permission stands for a minute.
    if (!world.has("permission.observe")) return;
    world.take("permission.observe");
    world.feature({ type: "permission.observed", comment, by: "ada", permission });
  }

  it("of a stranger change nothing and get no reaction, only one sentence", () => {
    const world = started({ a: [] });
    command(
      world,
      5,
      { type: "command.given", comment: 5, by: "mallory", writtenAt: 1_000_000, command: { verb: "cancel" } },
      "read",
    );
    expect(world.state.stage).toBe("executing");
    expect(world.has("reaction.add")).toBe(false);
    expect(world.take("notice.post").notice).toMatchObject({ about: "unauthorised-command", by: "mallory" });
    expect(world.ignored).toContain("permission.observed: unauthorised");
  });

  it("hold: nothing new starts and nothing merges; resume: it continues", () => {
    const world = started({ a: [], b: ["a"] });
    const pull = world.agentSucceeds("a");
    command(world, 5, {
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "hold" },
    });
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(false);
    command(world, 6, {
      type: "command.given",
      comment: 6,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "resume" },
    });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("hold: a pull that opens during the hold is held too", () => {
    const world = started({ a: [] });
    command(world, 5, {
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "hold" },
    });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(false);
  });

  it("cancel: runs stop, pulls close, nothing is left in the lane", () => {
    const world = started({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    world.dispatches("b");
    command(world, 5, {
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "cancel" },
    });
    expect(world.state.stage).toBe("cancelled");
    expect(world.take("attempt.cancel")).toMatchObject({ task: "b" });
    expect(world.take("pull.close")).toMatchObject({ pull });
    expect(world.laneState.entries).toEqual([]);
  });

  it("cancel: a merge that was under way is still recorded", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    command(world, 5, {
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "cancel" },
    });
    world.merges(pull);
    expect(world.task("a")).toMatchObject({ landing: { mergeSha: sha("merge-10") } });
    expect(world.state.stage).toBe("cancelled");
  });

  it("retry: a parked task gets its tries back", () => {
    const world = started({ a: [] });
    for (const summary of ["one", "two", "three"]) {
      world.dispatches("a");
      world.ends("a", { outcome: "failed", summary });
    }
    command(world, 5, {
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "retry", task: "a" },
    });
    expect(world.dispatches("a")).toBe(4);
    expect(world.task("a").machine.failures).toBe(0);
  });

  it("retry: of a task that is not parked is refused with the reason", () => {
    const world = started({ a: [] });
    command(world, 5, {
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "retry", task: "ghost" },
    });
    expect(world.take("notice.post").notice).toMatchObject({
      about: "refused-command",
      refusal: { kind: "no-such-task", named: "ghost", tasks: ["a"] },
    });
  });

  it("given twice count once", () => {
    const world = started({ a: [] });
    world.feature({ type: "command.given", comment: 5, by: "ada", writtenAt: 1_000_000, command: { verb: "hold" } });
    world.feature({ type: "command.given", comment: 5, by: "ada", writtenAt: 1_000_000, command: { verb: "hold" } });
    expect(world.ignored).toContain("command.given: duplicate");
  });

  const given = (world: World, comment: number, verb: "hold" | "resume" | "status") =>
    world.feature({ type: "command.given", comment, by: "ada", writtenAt: 1_000_000, command: { verb } });
  const unknown = (world: World, comment: number) => {
    const failure = {
      class: "platform-unknown" as const,
      cause: { kind: "outside" as const, text: "502" },
      details: [],
    };
    const of = {
      effect: "permission.observe",
      key: `permission.observe:${comment}`,
      task: null,
      pull: null,
      head: null,
    };
    world.feature({ type: "effect.failed", ...of, failure });
  };

  it.each<[string, (world: World) => void]>([
    [
      "an answered one arrives again",
      (world) => {
        command(world, 5, {
          type: "command.given",
          comment: 5,
          by: "ada",
          writtenAt: 1_000_000,
          command: { verb: "status" },
        });
        given(world, 5, "status");
        expect(world.ignored).toEqual(["command.given: duplicate"]);
      },
    ],
    [
      "one whose sender is unknown arrives again",
      (world) => {
        given(world, 5, "status");
        unknown(world, 5);
        given(world, 5, "status");
        expect(world.ignored).toEqual(["command.given: duplicate"]);
      },
    ],
  ])("are carried out although %s", (_, before) => {
    const world = started({ a: [] });
    before(world);
    given(world, 6, "hold");
    world.feature({ type: "permission.observed", comment: 6, by: "ada", permission: "write" });
    expect(world.state.hold).toMatchObject({ by: "ada", cause: "command" });
    expect(world.state.pendingCommands).toEqual([]);
  });

  it("are all refused when their sender's permission stays unknown, and the next one asks again", () => {
    const world = started({ a: [] });
    given(world, 5, "status");
    given(world, 6, "hold");
    unknown(world, 5);
    expect(world.state).toMatchObject({ hold: null, pendingCommands: [], senders: [] });
    given(world, 7, "hold");
    expect(world.take("permission.observe", (effect) => effect.comment === 7)).toMatchObject({ by: "ada" });
  });

  const by = (world: World, login: string, comment: number, verb: "hold" | "resume" | "status" = "status") =>
    world.feature({ type: "command.given", comment, by: login, writtenAt: 1_000_000, command: { verb } });
  const lookUps = (world: World) => world.effects.filter((effect) => effect.type === "permission.observe").length;
  const answered = (world: World, comment: number, permission: "write" | "read") =>
    world.feature({ type: "permission.observed", comment, by: "somebody", permission });

  it("of a person without end cost one look-up a minute, and a stranger's are dropped after that", () => {
    const world = started({ a: [] });
    by(world, "mallory", 10);
    answered(world, 10, "read");
    for (let comment = 11; comment < 100; comment += 1) by(world, "mallory", comment);
    expect(lookUps(world)).toBe(1);
    expect(world.state.pendingCommands).toEqual([]);
    world.at += 60_000;
    by(world, "mallory", 100);
    expect(lookUps(world)).toBe(2);
  });

  it("of a flood of strangers neither delay nor displace those of a person who may", () => {
    const world = started({ a: [] });
    by(world, "ada", 1, "hold");
    for (let comment = 100; comment < 1_300; comment += 1) by(world, `stranger-${comment}`, comment);
    expect(world.state.pendingCommands).toHaveLength(1_000);
    answered(world, 1, "write");
    expect(world.state.hold).toMatchObject({ by: "ada" });
    by(world, "ada", 2, "resume");
    expect(world.state.hold).toBeNull();
    for (let comment = 100; comment < 1_300; comment += 1) answered(world, comment, "read");
    expect(world.state.pendingCommands).toEqual([]);
    const notices = world.effects.filter((effect) => effect.type === "notice.post");
    expect(notices).toHaveLength(10);
    expect(world.effects.filter((effect) => effect.type === "reaction.add").map(({ comment }) => comment)).toEqual([
      1, 2,
    ]);
  });

  const late = (world: World, comment: number, permission: "write" | "read") => {
    const { by: login, waiting } = world.take("permission.observe", (effect) => effect.comment === comment);
    if (waiting === undefined) expect.fail("the command waits in the state");
    world.feature({ type: "permission.observed", comment, by: login, permission, waiting });
  };

  it("of one person before the permission is known wait in a bounded queue, and the rest in their look-ups", () => {
    const world = started({ a: [] });
    for (let comment = 1; comment <= 101; comment += 1) by(world, "ada", comment);
    by(world, "ada", 102, "hold");
    expect(world.state.pendingCommands).toHaveLength(100);
    expect(world.ignored).toEqual([]);
    answered(world, 1, "write");
    expect(world.state).toMatchObject({ hold: null, pendingCommands: [] });
    late(world, 101, "write");
    late(world, 102, "write");
    expect(world.state.hold).toMatchObject({ by: "ada" });
    const reactions = world.effects.filter((effect) => effect.type === "reaction.add");
    expect(reactions.map(({ comment }) => comment)).toEqual(Array.from({ length: 102 }, (_, index) => index + 1));
  });

  it("of a person who was never looked up are carried out, although 1,000 strangers wait", () => {
    const world = started({ a: [] });
    for (let comment = 1; comment <= 1_000; comment += 1) by(world, `stranger-${comment}`, comment);
    by(world, "ada", 2_000, "hold");
    by(world, "mallory", 2_001, "resume");
    expect(world.state.pendingCommands).toHaveLength(1_000);
    expect(world.ignored).toEqual([]);
    late(world, 2_000, "write");
    expect(world.state.hold).toMatchObject({ by: "ada" });
    late(world, 2_001, "read");
    expect(world.state.hold).toMatchObject({ by: "ada" });
    expect(world.ignored).toContain("permission.observed: unauthorised");
  });

  it("that found no room are refused in words when their sender's permission stays unknown", () => {
    const world = started({ a: [] });
    for (let comment = 1; comment <= 101; comment += 1) by(world, "ada", comment, "hold");
    unknown(world, 101);
    unknown(world, 101);
    expect(world.effects.filter((effect) => effect.type === "notice.post").map(({ notice }) => notice)).toEqual([
      { about: "refused-command", comment: 101, refusal: { kind: "permission-unknown" } },
    ]);
  });

  it("that arrive again are not carried out again", () => {
    const world = started({ a: [] });
    command(world, 5, {
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "hold" },
    });
    command(world, 6, {
      type: "command.given",
      comment: 6,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "resume" },
    });
    given(world, 5, "hold");
    expect(world.has("permission.observe")).toBe(false);
    expect(world.state).toMatchObject({ hold: null, pendingCommands: [] });
  });
});

describe("a task's own budget", () => {
  const none = { usd: null, tokens: null, minutes: null };
  const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0 };

  function limited(
    taskBudget: Partial<typeof freely.taskBudget>,
    attempts: Partial<typeof freely.attempts> = {},
  ): World {
    const world = new World();
    world.label();
    const policy = { ...freely, taskBudget: { ...none, ...taskBudget }, attempts: { ...freely.attempts, ...attempts } };
    world.allow({ policy });
    world.plan({ a: [], b: [] });
    return world;
  }

  const briefOf = (world: World) => {
    const effect = world.effects.find((one) => one.type === "attempt.dispatch" && one.task === "a");
    return effect?.type === "attempt.dispatch" ? effect.brief : undefined;
  };

  it("limits its first attempt when that could use more", () => {
    const { model, limits } = briefOf(limited({ usd: 3, tokens: 500_000, minutes: 25 })) ?? {};
    expect(model).toMatchObject({ maxUsd: 3, maxTokens: 500_000 });
    expect(limits?.minutes).toBe(20);
  });

  it("leaves an attempt its own limits when these are lower, and always a minute", () => {
    const world = limited({ usd: 30, tokens: 500_000, minutes: 1 }, { tokens: 70_000 });
    expect(briefOf(world)?.model).toMatchObject({ maxUsd: 5, maxTokens: 70_000 });
    expect(briefOf(world)?.limits.minutes).toBe(1);
  });

  it("leaves the next attempt what is left", () => {
    const world = limited({ usd: 6, tokens: 100 });
    world.dispatches("a");
    world.ends("a", { outcome: "failed", usage: { ...usage, usd: 4.5, cacheReadTokens: 80 } });
    expect(briefOf(world)?.model).toMatchObject({ maxUsd: 1.5, maxTokens: 20 });
  });

  it.each([
    ["dollars", { usd: 6 }, { ...usage, usd: 6.1 }],
    ["tokens", { tokens: 100 }, { ...usage, inputTokens: 60, cacheReadTokens: 40 }],
    ["Actions minutes", { minutes: 6 }, usage],
  ])("parks it instead of trying again when its %s are used up, and siblings continue", (_, budget, used) => {
    const world = limited(budget);
    world.dispatches("a");
    world.ends("a", { outcome: "failed", summary: "no", usage: used });
    expect(world.stages()).toEqual({ a: "parked", b: "dispatching" });
    expect(standingOf(world.state, world.task("a"))).toMatchObject({ kind: "parked", remedy: "fix-and-pay" });
  });

  it("is no reason to park what needs no attempt", () => {
    const world = limited({ usd: 1 });
    world.dispatches("a");
    world.ends("a", { usage: { ...usage, usd: 2 } });
    expect(world.stages().a).toBe("promoting");
  });

  it("gives way to a person, once: one more attempt with an attempt's own limits", () => {
    const world = limited({ usd: 1 });
    world.dispatches("a");
    world.ends("a", { outcome: "failed", summary: "one", usage: { ...usage, usd: 2 } });
    world.commands({ verb: "retry", task: "a" });
    expect(briefOf(world)?.model.maxUsd).toBe(5);
    world.dispatches("a");
    world.ends("a", { outcome: "failed", summary: "two", usage: { ...usage, usd: 2 } });
    expect(world.stages().a).toBe("parked");
  });

  it("limits what an attempt without a report counts for, also when its minutes are used up by then", () => {
    const world = limited({ usd: 3, minutes: 20 });
    world.dispatches("a");
    world.begins("a");
    world.timer("attempt:1/a/1");
    expect(world.task("a")).toMatchObject({ stage: "parked", unreported: { usd: 3 } });
  });

  it("is what the feature's budget reserves for it", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, taskBudget: { ...none, usd: 1 }, budget: { ...none, usd: 2.5 } } });
    world.plan({ a: [], b: [], c: [] });
    expect(world.stages()).toEqual({ a: "dispatching", b: "dispatching", c: "ready" });
  });
});

describe("the budget", () => {
  const approve = { when: "never" as const, usd: 0 };
  const policy = { ...defaultPolicy, approve, budget: { usd: 12, tokens: null, minutes: null } };

  function limited(tasks: Record<string, string[]>): World {
    const world = new World();
    world.label();
    world.allow({ policy });
    world.plan(tasks);
    return world;
  }

  const costs = (usd: number) => ({
    usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd },
  });

  it("lets only as many attempts start as could all reach their ceiling", () => {
    const world = limited({ a: [], b: [], c: [] });
    expect(world.stages()).toEqual({ a: "dispatching", b: "dispatching", c: "ready" });
  });

  it("starts the next when what was in flight came in cheaper", () => {
    const world = limited({ a: [], b: [], c: [] });
    world.dispatches("a");
    world.ends("a", costs(1));
    expect(world.stages().c).toBe("dispatching");
  });

  it("parks the feature when it is spent, keeps what is promoted, and continues with more", () => {
    const world = limited({ a: [], b: ["a"] });
    world.dispatches("a");
    world.ends("a", costs(9));
    world.promotes("a");
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "a", pull: 10 });
    world.pullIs(10);
    world.merges(10);
    expect(world.stages()).toEqual({ a: "done", b: "ready" });
    expect(world.state.parked).toEqual({ kind: "budget-short", of: ["usd"] });
    world.feature({
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "budget", usd: 5 },
    });
    world.feature({ type: "permission.observed", comment: 5, by: "ada", permission: "write" });
    expect(world.stages().b).toBe("dispatching");
  });

  it("counts the minutes of a run that had to be stopped, and gives none back to a clock that went backwards", () => {
    const world = started({ a: [], b: [] });
    world.dispatches("a");
    world.begins("a");
    world.timer("attempt:1/a/1");
    expect(spent(world.state).minutes).toBe(45);
    world.dispatches("b");
    const observation = world.take("attempt.observe", ({ task }) => task === "b");
    const run = {
      id: observation.run,
      status: "completed" as const,
      conclusion: "cancelled",
      runAttempt: 1,
      url: "http://x",
    };
    world.feature({
      type: "attempt.observed",
      task: "b",
      attempt: observation.attempt,
      run: { ...run, path: ".github/workflows/headgate.yml", startedAt: world.at, endedAt: world.at - 600_000 },
      outcome: null,
      problem: null,
    });
    expect(spent(world.state).minutes).toBe(45);
  });

  it("counts an attempt that was at work and left no report as all that it was allowed", () => {
    const world = limited({ a: [], b: [] });
    world.dispatches("a");
    const observed = (after: number | null) => {
      const { attempt, run } = world.take("attempt.observe", ({ task }) => task === "a");
      const job = { id: run, runAttempt: 1, url: "http://x", path: ".github/workflows/headgate.yml" };
      const ended = { status: "completed" as const, conclusion: "failure", endedAt: world.at + (after ?? 0) };
      const begun = { status: "in_progress" as const, conclusion: null, endedAt: null };
      const snapshot = { ...job, startedAt: world.at, ...(after === null ? begun : ended) };
      world.feature({ type: "attempt.observed", task: "a", attempt, run: snapshot, outcome: null, problem: null });
    };
    observed(29_000);
    expect(world.task("a").unreported).toBeNull();
    world.timer("wait:a");
    world.dispatches("a");
    observed(300_000);
    expect(world.task("a").unreported).toEqual({ usd: 5, tokens: 0 });
    // Of 12 dollars 5 may be gone, and b may use 5.
    world.timer("wait:a");
    expect(world.stages()).toEqual({ a: "ready", b: "dispatching" });
  });

  it("counts an attempt that had to be stopped at work once, whatever comes of it later", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    world.begins("a");
    world.timer("attempt:1/a/1");
    world.commands("cancel");
    expect(world.task("a").unreported).toEqual({ usd: 5, tokens: 0 });
  });

  it("warns once from 80 % on", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...policy, budget: { ...policy.budget, usd: 40 } } });
    world.plan({ a: [] });
    for (const summary of ["one", "two"]) {
      world.dispatches("a");
      world.ends("a", { outcome: "failed", summary, ...costs(17) });
    }
    expect(world.take("notice.post").notice).toEqual({ about: "budget-warning", extra: 0, short: ["usd"] });
    expect(world.has("notice.post")).toBe(false);
  });
});

describe("onFailure: hold", () => {
  it("stops siblings before merging while a task is parked, and lets them merge when it is fixed", () => {
    const world = new World();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    const tasks = ["a", "b"].map((id) => ({ id, title: id }));
    world.feature({
      type: "plan.made",
      source: "model",
      version,
      plan: { onFailure: "hold", tasks },
      model: null,
      usage: null,
    });
    const pull = world.agentSucceeds("b");
    while (world.task("a").stage !== "parked") {
      world.dispatches("a");
      world.ends("a", { outcome: "failed" });
    }
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(false);
    world.feature({
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "retry", task: "a" },
    });
    world.feature({ type: "permission.observed", comment: 5, by: "ada", permission: "write" });
    expect(world.has("pull.merge")).toBe(true);
  });
});

describe("people outside of commands", () => {
  it("removing the label holds; putting it back resumes", () => {
    const world = started({ a: [], b: ["a"] });
    world.feature({ type: "feature.unlabelled", by: "ada" });
    expect(world.state.hold).toMatchObject({ by: "ada" });
    world.label("ada");
    world.allow();
    expect(world.state.hold).toBeNull();
  });

  it("closing the issue cancels", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    world.closes();
    expect(world.state).toMatchObject({ stage: "cancelled", endedBy: "ada" });
    expect(world.has("attempt.cancel")).toBe(true);
  });

  it("closing the issue after completion changes nothing", () => {
    const world = started({ a: [] });
    world.lands("a");
    world.feature({ type: "issue.closed", by: "headgate[bot]" });
    expect(world.state.stage).toBe("completed");
  });
});
