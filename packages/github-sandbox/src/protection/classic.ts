/** Reads a branch's classic protection. */

import type { Protection, Repository } from "../store/entities.ts";
import type { StoreScope } from "../store/store.ts";

/** Returns a protection that requires nothing yet. */
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

export function protectionOf(scope: StoreScope, branch: string): Protection | null {
  const { repository } = scope;
  const stored = scope.store.table("protections").get(`${repository.id}:${branch}`);
  // A row of an earlier version lacks newer fields.
  return stored === undefined ? null : { ...unprotected(repository, branch), ...stored };
}
