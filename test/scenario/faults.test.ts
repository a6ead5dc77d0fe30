/** A GitHub that loses webhooks, answers 502, breaks connections off and loses runners: the feature lands all the same. */
import { expect, it } from "vitest";
import { openWorld } from "./world/open.ts";
import type { World } from "./world/world.ts";

/** A feature under way is swept every minute. */
const SWEEP_MS = 61_000;
/** What is due sooner waits for its next try, and is not waited for here. */
const TRY_MS = 20_000;
/** One that loses the runner of the first attempt, and none of a check. */
const SEED = 80;

async function isOver(world: World): Promise<boolean> {
  return ["completed", "failed", "cancelled"].includes((await world.stage()) ?? "");
}

/** Lets time pass whenever nothing else happens. */
async function carriedOn(world: World): Promise<void> {
  for (let steps = 0; steps < 300 && !(await isOver(world)); steps += 1) {
    await world.until(() => world.store.resting());
    const due = (await world.store.nextDue("all")) ?? Number.NaN;
    if (due < TRY_MS) {
      world.later(Math.max(due, 0) + 1);
      continue;
    }
    await world.gitHubSettled();
    if (await world.store.resting()) world.later(SWEEP_MS);
  }
}

it("a feature completes under heavy fault injection, and nothing is done twice", async () => {
  const world = await openWorld();
  await world.label();
  world.faults({ level: "heavy", seed: SEED });
  await carriedOn(world);
  world.faults({ level: "none", seed: SEED });
  await world.completed();
  expect(await world.stages()).toEqual({ one: "done" });
  // The first attempt lost its runner, which was not the task's fault.
  expect((await world.runs()).map((run) => [run.display_title, run.conclusion])).toEqual([
    ["headgate 1/one/1", "failure"],
    ["headgate 1/one/2", "success"],
  ]);
  const pulls = await world.pulls();
  expect(pulls.map((pull) => [pull.head.ref, pull.merged_at !== null])).toEqual([["headgate/1/one", true]]);
  expect(await world.file("one.txt")).toBe("made\n");
  expect(await world.log()).toHaveLength(2);
});
