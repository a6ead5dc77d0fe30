/** A branch's classic protection. */
import type { Protection, Repository } from "../world/entities.ts";
import type { World } from "../world/world.ts";

/** What a branch is protected by before anything is asked for. */
export function unprotected(repository: Repository, branch: string): Protection {
  return {
    id: `${repository.id}:${branch}`,
    repositoryId: repository.id,
    branch,
    requiredStatusChecks: null,
    enforceAdmins: false,
    requiredApprovals: null,
    dismissStaleReviews: false,
    requireCodeOwnerReviews: false,
    requireLastPushApproval: false,
    pullBypass: { userIds: [], appIds: [] },
    restrictions: null,
    requiredSignatures: false,
    requiredLinearHistory: false,
    requiredConversationResolution: false,
    allowForcePushes: false,
    allowDeletions: false,
    blockCreations: false,
    lockBranch: false,
    allowForkSyncing: false,
  };
}

export function protectionOf(world: World, repository: Repository, branch: string): Protection | null {
  const stored = world.table("protections").get(`${repository.id}:${branch}`);
  // A row of an earlier version lacks what that version did not know.
  return stored === undefined ? null : { ...unprotected(repository, branch), ...stored };
}
