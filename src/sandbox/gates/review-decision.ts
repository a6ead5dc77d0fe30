/** How a pull stands with its reviewers: the one place the gates ask. */
import type { Pull } from "../world/entities.ts";
import type { World } from "../world/world.ts";

export interface ReviewDecision {
  /** Approvals that count: the last word of different people with write access, not dismissed. */
  approvals: number;
  changesRequested: boolean;
}

/** No review can be given yet, so nothing is approved. */
export function reviewDecision(_hub: { world: World }, _pull: Pull): ReviewDecision {
  return { approvals: 0, changesRequested: false };
}
