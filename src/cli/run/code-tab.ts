import { type FeatureState, isOver } from "../../core/feature/state.ts";
import type { Site } from "./site.ts";

/** Opens the sandbox's Code tab on the branch that tasks land on. While they land together, the base shows none of them. */
export function codeTab({
  sandbox,
  repository,
  base,
}: Pick<Site, "sandbox" | "repository" | "base">): (state: FeatureState) => void {
  let shown = base;
  return (state) => {
    const branch = isOver(state) ? base : (state.land?.branch ?? base);
    if (branch === shown) return;
    shown = branch;
    // A sandbox that is being closed shows nothing any more.
    Promise.resolve(sandbox.showBranch(repository, branch)).catch(() => {});
  };
}
