/** Performs the effect on the repository as a whole. */
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import type { Closure } from "../../core/github.ts";
import { missingPermissions } from "../../core/preflight/inspection.ts";
import { Closed } from "../github-port.ts";
import type { Outside } from "../outside.ts";

export async function performRepositoryObserve(
  { github }: Outside,
  { repo }: EffectOf<"repository.observe">,
): Promise<FeatureEvent> {
  const observed = (now: typeof repo, closed: Closure | null) => {
    return { type: "repository.observed" as const, repo: now, closed };
  };
  try {
    const { repo: now, archived } = await github.repository(repo);
    if (archived) return observed(now, { kind: "archived" });
    const missing = missingPermissions(await github.granted(now));
    return observed(now, missing.length === 0 ? null : { kind: "permissions-missing", missing });
  } catch (error) {
    if (!(error instanceof Closed) || error.why === "permissions-missing") throw error;
    return observed(repo, { kind: error.why });
  }
}
