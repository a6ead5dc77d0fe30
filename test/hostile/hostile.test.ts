/** `npm run hostile`: hostile agents through the real job, promotion and gate. Nothing of theirs lands, and each leaves its sentence. */
import { expect, it } from "vitest";
import { failureOf } from "../../src/core/feature/task.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { openWorld, tasks } from "../scenario/world/open.ts";
import { hostiles, SECRETS, VICTIM } from "./cases.ts";
import { forgingWorkflow } from "./forging.ts";

const kinds = [...new Set(hostiles.map(({ kind }) => kind))];

it.each(kinds)("hostile manifests of the kind %s are refused, and nothing of them reaches a branch", async (kind) => {
  const these = hostiles.filter((one) => one.kind === kind);
  const world = await openWorld({
    plan: tasks(...these.map(({ id }) => id)),
    files: VICTIM,
    workflow: forgingWorkflow(these),
    policy: {
      attempts: { ...defaultPolicy.attempts, max: 1, free: 0 },
      maxParallel: 8,
      approve: { when: "never", usd: 0 },
      budget: { usd: null, tokens: null, minutes: null },
    },
  });
  await world.label();
  await world.settled();

  const { tasks: ended } = await world.feature();
  const causes = new Map(ended.map((task) => [task.plan.id, { stage: task.stage, cause: failureOf(task)?.cause }]));
  for (const { id, reads } of these) {
    const { stage, cause } = causes.get(id) ?? expect.fail(id);
    expect({ id, stage, text: cause === undefined ? "" : causeText(cause) }).toEqual({
      id,
      stage: "parked",
      text: expect.stringMatching(reads),
    });
  }
  expect(await world.branches()).toEqual(["main"]);
  expect(await world.pulls()).toEqual([]);
  for (const [path, text] of Object.entries(VICTIM)) expect(await world.file(path)).toBe(text);
  const shown = JSON.stringify([await world.comments(), await world.feature(), causes.values().toArray()]);
  for (const secret of SECRETS) expect(shown).not.toContain(secret);
});
