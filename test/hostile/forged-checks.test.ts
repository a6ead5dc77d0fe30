/** `npm run hostile`: agents whose code forges the required check with CI's own token. Nothing of theirs lands. */
import { expect, it } from "vitest";
import { failureOf } from "../../src/core/feature/task.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { openWorld, tasks } from "../scenario/world/open.ts";
import { FORGED_CI, forgeries, withToken } from "./forged-checks.ts";
import { forgingWorkflow } from "./forging.ts";

it.each([
  ["before the real job", forgeries.slice(0, 3)],
  ["in place of the real job", forgeries.slice(3)],
])(
  "hostile changes that forge a check %s are judged by that job, and nothing of them reaches the base",
  async (_, forged) => {
    const changes = forged.map(({ id, work, late }) => ({
      id,
      kind: "forged-check" as const,
      forges: [
        { write: "bad.txt", text: `${id}\n` },
        ...(work === undefined ? [] : [{ write: `work/${id}.mjs`, text: withToken(work) }]),
        ...(late === undefined ? [] : [{ write: `late/${id}.mjs`, text: withToken(late) }]),
      ],
      reads: /required check|unit/i,
    }));
    const files = {
      ".github/workflows/ci.yml": FORGED_CI,
      "work/none.mjs": "// Nothing yet.\n",
      "late/none.mjs": "// Nothing yet.\n",
    };
    const world = await openWorld({
      plan: tasks(...changes.map(({ id }) => id)),
      files,
      workflow: forgingWorkflow(changes),
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
    const outcomes = ended.map((task) => {
      const failure = failureOf(task);
      return [task.plan.id, task.stage, failure?.class, failure === null ? "" : causeText(failure.cause)];
    });
    expect(outcomes).toEqual(
      changes.map(({ id, reads }) => [id, "parked", "checks-failed", expect.stringMatching(reads)]),
    );
    expect(await world.log()).toEqual(["first"]);
  },
);
