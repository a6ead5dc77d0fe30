/** Webhooks that never come and Apps that stop: in the end everything is as if nothing had been lost. */
import { describe, expect, it } from "vitest";
import type { World } from "./world.ts";
import { openWorld, tasks } from "./world.ts";

const GATED = "gate $HEADGATE_TASK_ID; echo made > $HEADGATE_TASK_ID.txt";
const chain = {
  tasks: [
    { id: "one", title: "Make one" },
    { id: "two", title: "Make two", dependsOn: ["one"] },
  ],
};
/** A feature under way is swept every minute. */
const SWEEP_MS = 61_000;

async function nothingTwice(world: World, ids: string[]): Promise<void> {
  expect((await world.runs()).map((run) => run.display_title).sort()).toEqual(ids.map((id) => `headgate 1/${id}/1`));
  expect((await world.pulls()).map((pull) => pull.head.ref).sort()).toEqual(ids.map((id) => `headgate/1/${id}`));
  expect(await world.comments()).toHaveLength(1);
  expect(await world.log()).toHaveLength(ids.length + 1);
}

describe("without a single webhook", () => {
  it("sweeps carry a feature from its label to its end", async () => {
    const world = await openWorld({ plan: chain });
    world.goDeaf();
    await world.label();
    for (let sweeps = 0; sweeps < 8 && (await world.issue()).state === "open"; sweeps += 1) {
      world.later(SWEEP_MS);
      await world.settled();
    }
    expect((await world.feature()).stage).toBe("completed");
    await nothingTwice(world, ["one", "two"]);
  });

  it("sweeps find orders, a label taken off and an issue closed", async () => {
    const world = await openWorld({ agent: GATED });
    await world.label();
    await world.until(async () => (await world.stages()).one === "working");
    world.goDeaf();

    const order = await world.comment("maya", "/headgate hold");
    world.later(SWEEP_MS);
    await world.until(async () => (await world.feature()).hold?.reason === "@maya asked for it");
    await world.until(async () => (await world.reactions(order)).includes("+1"));
    const resume = await world.comment("maya", "/headgate resume");
    world.later(SWEEP_MS);
    await world.until(async () => (await world.reactions(resume)).includes("+1"));
    expect((await world.feature()).hold).toBeNull();

    await world.unlabel();
    world.later(SWEEP_MS);
    await world.until(async () => (await world.feature()).hold !== null);
    await world.closeIssue();
    world.later(SWEEP_MS);
    await world.until(async () => (await world.feature()).stage === "cancelled");
    await world.settled();
    expect((await world.runs()).map((run) => run.conclusion)).toEqual(["cancelled"]);
    expect(await world.reactions(order)).toEqual(["+1", "eyes"]);
  });

  it("after half of the way nothing is lost, and webhooks that come again do no harm", async () => {
    const world = await openWorld({ plan: chain, agent: GATED });
    await world.label();
    await world.until(async () => (await world.stages()).one === "working");
    world.goDeaf();
    await world.open("one");
    for (let sweeps = 0; sweeps < 6 && (await world.stages()).two !== "working"; sweeps += 1) {
      await world.until(async () => (await world.checks()).every((check) => check.status === "completed"));
      world.later(SWEEP_MS);
    }
    world.hear();
    await world.open("two");
    await world.completed();
    await nothingTwice(world, ["one", "two"]);
  });
});

describe("an App that is stopped and started again", () => {
  it("goes on, whatever happened meanwhile", async () => {
    const world = await openWorld({ plan: chain, agent: GATED });
    await world.label();
    await world.until(async () => (await world.stages()).one === "working");
    await world.stop();
    await world.open("one");
    const order = await world.comment("maya", "/headgate status");
    await world.settled();
    expect((await world.stages()).one).toBe("working");

    await world.start();
    await world.until(async () => (await world.stages()).two === "working");
    expect(await world.reactions(order)).toEqual(["+1", "eyes"]);
    await world.open("two");
    await world.completed();
    await nothingTwice(world, ["one", "two"]);
  });

  it("finds the issue that was labelled while it was away", async () => {
    const world = await openWorld();
    await world.stop();
    await world.label();
    await world.settled();
    await world.start();
    await world.completed();
    await nothingTwice(world, ["one"]);
  });

  it("at every step of the way does nothing twice", async () => {
    const world = await openWorld({ plan: tasks("one", "two") });
    await world.label();
    let restarts = 0;
    for (let seen = 0; (await world.feature().catch(() => null))?.stage !== "completed"; ) {
      await world.until(async () => (await world.happened()) > seen);
      await world.stop();
      restarts += 1;
      await world.start();
      seen = (await world.happened()) + 5;
      await world.until(async () => (await world.happened()) > seen || (await world.issue()).state === "closed");
    }
    await world.settled();
    expect(restarts).toBeGreaterThan(3);
    await nothingTwice(world, ["one", "two"]);
  });
});
