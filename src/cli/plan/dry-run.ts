/**
 * Takes a feature as far as its plan and stops. Uses the same observations, planner and core as the App, without a
 * store or a loop, so that no effect runs.
 */
import { randomUUID } from "node:crypto";
import { decide } from "../../core/decide.ts";
import type { Effect } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { FeatureState } from "../../core/feature/state.ts";
import type { Repo } from "../../core/github.ts";
import { featureKey } from "../../core/keys.ts";
import type { Problem } from "../../core/preflight/index.ts";
import { type Observer, performFeatureObserve, performPlanMake } from "../../loop/effects/planning.ts";
import type { Planner } from "../../loop/planner-port.ts";
import type { SecretScanner } from "../../loop/scanner-port.ts";

export interface DryRun {
  state: FeatureState;
  /** The problems that would keep Headgate from starting. */
  problems: Problem[];
}

/**
 * Plans the feature. `by` must have write access. Throws the errors of the GitHub port, and `Unavailable` when the
 * model provider is down.
 */
export async function planOnly(
  outside: Observer & { planner: Planner; scanner: SecretScanner; now(): number },
  asked: { repo: Repo; issue: { number: number; title: string; body: string }; by: string },
): Promise<DryRun> {
  const { repo, issue, by } = asked;
  const key = featureKey(repo, issue.number);
  let stored: { state: unknown; schema: number } | null = null;
  const apply = (event: FeatureEvent): Effect[] => {
    const decision = decide(key, stored, { id: randomUUID(), at: outside.now(), event });
    stored = { state: decision.state, schema: decision.schema };
    return decision.effects;
  };
  const { number, title, body } = issue;
  const observations = apply({ type: "feature.labelled", repo, issue: number, title, body, by });
  const observed = await performFeatureObserve(outside, effectOf(observations, "feature.observe"));
  if (observed.type !== "feature.observed") throw new Error(`feature.observe returned ${observed.type}`);
  const { policy, problems } = observed;
  // Requires approval whatever the repository's policy says, so that nothing starts.
  const asking = policy === null ? null : { ...policy, approve: { ...policy.approve, when: "always" as const } };
  // Hides the problems from the core where a base and a policy exist. They block the start of a feature, but a user
  // still wants to see the plan.
  const requests = apply({
    ...observed,
    policy: asking,
    problems: observed.base === null || asking === null ? problems : [],
  });
  const make = requests.find((effect) => effect.type === "plan.make");
  if (make !== undefined) apply(await performPlanMake(outside, make));
  // `apply` assigns it, which the compiler does not see.
  const last = stored as { state: unknown } | null;
  return { state: FeatureState.parse(last?.state), problems };
}

function effectOf<Type extends Effect["type"]>(
  effects: readonly Effect[],
  type: Type,
): Extract<Effect, { type: Type }> {
  const found = effects.find((effect): effect is Extract<Effect, { type: Type }> => effect.type === type);
  if (found === undefined) throw new Error(`the core did not ask for ${type}`);
  return found;
}
