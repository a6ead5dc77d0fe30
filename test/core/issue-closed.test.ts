/** The feature's issue is closed and opened again: by a person with write access, by anybody else, seen by webhook or by sweep. */
import { describe, expect, it } from "vitest";
import { type Effect, effectKey } from "../../src/core/effect.ts";
import { featureRoutes } from "../../src/core/feature/decide.ts";
import { topics } from "../../src/core/keys.ts";
import { repo, World } from "./world.ts";

function inLane(): World {
  const world = new World();
  world.start({ a: [], b: ["a"] });
  world.pullIs(world.agentSucceeds("a"), { mergeable: null });
  return world;
}

const notices = (world: World) => world.effects.flatMap((one) => (one.type === "notice.post" ? [one.notice] : []));

function swept(world: World, open: boolean): void {
  world.timer("sweep");
  const { round } = world.take("issue.observe");
  const { title, body } = world.state.issue;
  const observation = { open, labelled: true, title, body, commands: [] };
  world.feature({ type: "issue.observed", round, observation });
}

describe("the issue of a feature that is closed", () => {
  it("holds the feature until it is known who closed it", () => {
    const world = inLane();
    world.feature({ type: "issue.closed", by: "sam" });
    expect(world.state).toMatchObject({ stage: "executing", hold: { by: "sam", cause: "closed" } });
    expect(world.laneState.entries).toMatchObject([{ held: true }]);
  });

  it("ends the feature where a person with write access closed it", () => {
    const world = inLane();
    world.closes("bob", "write");
    expect(world.state).toMatchObject({ stage: "cancelled", endedBy: "bob", hold: null });
  });

  it("holds the feature and asks where anybody else closed it, such as its author or a bot", () => {
    const world = inLane();
    world.closes("sam", "read");
    expect(world.state).toMatchObject({ stage: "executing", hold: { by: "sam", cause: "closed" } });
    expect(notices(world)).toMatchObject([{ about: "closed-by-other", by: "sam" }]);
  });

  it("lets the feature go on once it is open again", () => {
    const world = inLane();
    world.closes("sam", "read");
    world.feature({ type: "issue.reopened" });
    expect(world.state).toMatchObject({ hold: null, issueClosed: false });
    expect(world.laneState.entries).toMatchObject([{ held: false }]);
  });

  it("keeps a hold that a person asked for, closed and opened again", () => {
    const world = inLane();
    world.commands("hold", "bob");
    world.closes("sam", "read");
    world.feature({ type: "issue.reopened" });
    expect(world.state.hold).toEqual({ by: "bob", cause: "command" });
  });

  it("asks once, however often a sweep sees it closed, and goes on when a person resumes", () => {
    const world = inLane();
    world.closes("sam", "read");
    swept(world, false);
    expect(world.has("closing.observe")).toBe(false);
    world.commands("resume");
    swept(world, false);
    expect(world.state.hold).toBeNull();
  });

  it("is read for who closed it where the webhook was lost", () => {
    const world = inLane();
    swept(world, false);
    expect(world.take("closing.observe")).toMatchObject({ by: null });
  });

  it("is found open again by a sweep", () => {
    const world = inLane();
    world.closes("sam", "read");
    swept(world, true);
    expect(world.state).toMatchObject({ hold: null, issueClosed: false });
  });

  it("does not end the feature where it is open again before its closing was read", () => {
    const world = inLane();
    world.feature({ type: "issue.closed", by: "ada" });
    const { round } = world.take("closing.observe");
    world.feature({ type: "issue.reopened" });
    world.feature({ type: "closing.observed", round, open: false, by: "ada", permission: "write" });
    expect(world.state).toMatchObject({ stage: "executing", hold: null });
  });
});

describe("a hold and a resume of one second", () => {
  const says = (world: World, verb: "hold" | "resume", comment: number, writtenAt = 1_000_000) =>
    world.feature({ type: "command.given", comment, by: "ada", writtenAt, command: { verb } });

  it.each([
    ["hold", "hold", [1, 2]],
    ["hold", "hold", [2, 1]],
    ["resume", "resume", [1, 2]],
    ["resume", "resume", [2, 1]],
  ] as const)("end as the later comment says: %s", (last, _, order) => {
    const world = inLane();
    world.commands({ verb: "status" });
    const first = last === "hold" ? ("resume" as const) : ("hold" as const);
    for (const turn of order) says(world, turn === 1 ? first : last, 5_000 + turn);
    expect(world.state.hold === null ? "resume" : "hold").toBe(last);
  });

  it("are told apart by their times where the later one arrives first, and the earlier one gets an answer", () => {
    const world = inLane();
    world.commands({ verb: "status" });
    says(world, "resume", 5_000, 1_002_000);
    says(world, "hold", 6_000, 1_001_000);
    expect(world.state.hold).toBeNull();
    expect(notices(world)).toMatchObject([
      { about: "refused-command", comment: 6_000, refusal: { kind: "overtaken" } },
    ]);
  });
});

describe("a command on a task's pull", () => {
  it("reaches the feature that opened the pull", () => {
    const world = inLane();
    expect(featureRoutes(world.state)).toContain(topics.conversation(repo, world.task("a").pull ?? 0));
  });

  it("works like on the issue, and is answered on the pull", () => {
    const world = inLane();
    const pull = world.task("a").pull ?? 0;
    const says = (comment: number, verb: "hold" | "help") =>
      world.feature({ type: "command.given", comment, by: "ada", writtenAt: 1_000_000, command: { verb }, pull });
    says(1, "hold");
    const { comment, by } = world.take("permission.observe");
    world.feature({ type: "permission.observed", comment, by, permission: "write" });
    expect(world.state.hold).toEqual({ by: "ada", cause: "command" });
    expect(world.laneState.entries).toMatchObject([{ held: true }]);
    says(2, "help");
    const answers = world.effects.filter(
      (effect): effect is Effect & { type: "notice.post" } => effect.type === "notice.post",
    );
    expect(answers.map((effect) => [effectKey(effect), effect.issue])).toEqual([["notice.post:answer:2", pull]]);
  });
});
