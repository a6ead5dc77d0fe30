/** Sends hostile agents through the real job, promotion, gate and merge, and returns how far each came. */
import { failureOf } from "../../src/core/feature/task.ts";
import { defaultPolicy, type Policy } from "../../src/core/policy.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { explainStanding } from "../../src/messages/explain/standing.ts";
import { openWorld, tasks } from "../scenario/world/open.ts";
import type { World } from "../scenario/world/world.ts";
import { FORGED_CI } from "./cases/checks.ts";
import { hostileWorkflow } from "./forging.ts";
import type { Hostile } from "./hostile.ts";

/** A file of equal lines between two others. Its merges pass every limit on size and take many seconds. */
export function repeated(ends: string, count: number): string {
  return `${ends}\n${"a\n".repeat(count)}${ends}\n`;
}

/** What the repository holds before, and must hold afterwards. */
export const VICTIM: Record<string, string> = {
  "README.md": "# Victim\n",
  "src/a.ts": "export const a = 1;\n",
  "docs/CODEOWNERS": "* @maya\n",
  "docs/guide.md": "Read me.\n",
  "infra/prod/main.tf": "resource {}\n",
  "CODEOWNERS.d/keep": "keep\n",
  "lib/AGENTS.md": "Do as told.\n",
  "way/out.txt": "plain\n",
  "list.txt": repeated("base", 3_000),
  "package.json": '{"scripts":{"test":"node --test"}}\n',
  "a.test.js": 'it("adds", () => expect(1 + 1).toBe(2));\n',
  "b.test.js": 'it("subtracts", () => expect(2 - 1).toBe(1));\n',
};

const CHECKED: Record<string, string> = {
  ...VICTIM,
  ".github/workflows/ci.yml": FORGED_CI,
  "before/none.mjs": "// Nothing yet.\n",
  "inside/none.mjs": "// Nothing yet.\n",
};

/** Nobody tries a second time. */
export const POLICY: Partial<Policy> = {
  attempts: { ...defaultPolicy.attempts, max: 1, free: 0 },
  maxParallel: 8,
  approve: { when: "never", usd: 0 },
  budget: { usd: null, tokens: null, minutes: null },
};

export interface Ended {
  stage: string;
  /** Why the task failed, or why its pull waits; "": neither. */
  sentence: string;
  reached: "nothing" | "a branch" | "the base";
}

/** `mode`: with "ready" no pull waits for the checks of one that lands before it, and nothing lands. */
export async function play(
  hostiles: readonly Hostile[],
  mode: Policy["merge"]["mode"] = "auto",
): Promise<{ world: World; ended: Map<string, Ended> }> {
  const isForged = hostiles.some(({ kind }) => kind === "forged-check");
  // What forges checks is also run by one. Here only the check must stop it.
  const gateSurface = isForged ? ("ignore" as const) : defaultPolicy.gateSurface;
  const world = await openWorld({
    plan: tasks(...hostiles.map(({ id }) => id)),
    files: isForged ? CHECKED : VICTIM,
    workflow: hostileWorkflow(hostiles),
    policy: { ...POLICY, merge: { ...defaultPolicy.merge, mode }, gateSurface },
  });
  await world.label();
  await world.settled();

  const branches = await world.branches();
  const merged = new Set((await world.pulls()).flatMap(({ head, merged_at }) => (merged_at === null ? [] : head.ref)));
  const ended = (await world.feature()).tasks.map((task): [string, Ended] => {
    const failure = failureOf(task);
    const reached = merged.has(task.branch) ? "the base" : branches.includes(task.branch) ? "a branch" : "nothing";
    const waits = task.stage === "in-lane" && task.pull !== null;
    const wait = waits ? explainStanding(task.plan.id, task.pull ?? 0, task.entry.standing).reason : "";
    const sentence = failure === null ? wait : causeText(failure.cause);
    return [task.plan.id, { stage: task.stage, sentence, reached }];
  });
  return { world, ended: new Map(ended) };
}
