/** Webhooks that never come and Apps that stop: in the end everything is as if nothing had been lost. */
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { push } from "../webhook/payloads.ts";
import { openWorld } from "./world/open.ts";
import { SECRET, type World } from "./world/world.ts";

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
  const markers = (await world.ours()).map((body) => body.split("\n")[0]);
  expect(markers.sort()).toEqual(["<!-- headgate:plan -->", "<!-- headgate:status -->"]);
  expect(await world.log()).toHaveLength(ids.length + 1);
}

describe("without a single webhook", () => {
  it("sweeps carry a feature from its label to its end", async () => {
    const world = await openWorld({ plan: chain });
    world.goDeaf();
    await world.label();
    world.later(SWEEP_MS);
    await world.until(async () => (await world.decisions()) > 0);
    for (let sweeps = 0; sweeps < 7 && (await world.feature()).stage !== "completed"; sweeps += 1) {
      await world.settled();
      world.later(SWEEP_MS);
    }
    await world.completed();
    await nothingTwice(world, ["one", "two"]);
  });

  it("sweeps find commands, a label taken off and an issue closed", async () => {
    const world = await openWorld({ agent: GATED });
    await world.label();
    await world.until(async () => (await world.stages()).one === "working");
    world.goDeaf();

    const command = await world.comment("maya", "/headgate hold");
    world.later(SWEEP_MS);
    await world.until(async () => (await world.feature()).hold?.by === "maya");
    await world.until(async () => (await world.reactions(command)).includes("+1"));
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
    expect(await world.reactions(command)).toEqual(["+1"]);
  });
});

describe("a database that is away for a moment", () => {
  it("answers deliveries with 503, and once it is back nothing of them is missing", async () => {
    const world = await openWorld({ agent: GATED });
    await world.label();
    await world.until(async () => (await world.stages()).one === "working");
    world.store.isAway = true;
    await world.closeIssue();
    await world.until(() => world.store.refused > 0);
    const again = () => world.deliver("push", push("refs/heads/main"), SECRET, "during-the-outage");
    const refused = await again();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    world.store.isAway = false;
    expect((await again()).status).toBe(200);
    // Long before the next sweep that comes by itself.
    world.later(11_000);
    await world.until(async () => (await world.feature()).stage === "cancelled");
  });
});

describe("an App that is stopped and started again", () => {
  it("continues after any loss meanwhile", async () => {
    const world = await openWorld({ plan: chain, agent: GATED });
    await world.label();
    await world.until(async () => (await world.stages()).one === "working");
    await world.stop();
    await world.open("one");
    const command = await world.comment("maya", "/headgate status");
    await world.gitHubSettled();
    expect((await world.stages()).one).toBe("working");

    await world.start();
    await world.until(async () => (await world.stages()).two === "working");
    expect(await world.reactions(command)).toEqual(["+1"]);
    await world.open("two");
    await world.completed();
    await nothingTwice(world, ["one", "two"]);
  });

  it("finds the issue that was labelled while it was away", async () => {
    const world = await openWorld();
    await world.stop();
    await world.label();
    await world.gitHubSettled();
    await world.start();
    await world.completed();
    await nothingTwice(world, ["one"]);
  });

  it("stops in spite of a connection that sends nothing", async () => {
    const world = await openWorld();
    const silent = connect(world.port, "127.0.0.1");
    // Cut off in the end.
    silent.on("error", () => {});
    onTestFinished(() => void silent.destroy());
    await once(silent, "connect");
    await world.stop();
    await expect(fetch(`http://127.0.0.1:${world.port}/healthz`)).rejects.toThrow();
  });

  it("over and over does nothing twice", async () => {
    const world = await openWorld();
    await world.label();
    const isOver = async () => (await world.issue()).state === "closed";
    let lives = 1;
    for (let end = 3; !(await isOver()); end += 3) {
      await world.until(async () => (await world.decisions()) >= end || (await isOver()));
      await world.stop();
      await world.start();
      lives += 1;
    }
    await world.settled();
    expect(lives).toBeGreaterThan(4);
    await nothingTwice(world, ["one"]);
  });
});
