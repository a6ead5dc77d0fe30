/**
 * Common actions that would need the network to be fetched and to work, done here instead. Whatever ref a workflow asks
 * for, it gets the behaviour of the action's current major version.
 */

import type { ActionCall } from "../job/call.ts";
import type { StepLog } from "../machine/log.ts";
import { restoreCache, saveCache } from "./cache.ts";
import { checkout } from "./checkout.ts";
import { downloadArtifact } from "./download-artifact.ts";
import { setupNode } from "./setup-node.ts";
import { uploadArtifact } from "./upload-artifact.ts";

/** Gives what is to be done when the job ends. Throws StepError with one sentence. */
export type LocalAction = (call: ActionCall) => Promise<((log: StepLog) => Promise<void>) | undefined>;

const actions: Record<string, LocalAction> = {
  "actions/checkout": checkout,
  "actions/setup-node": setupNode,
  "actions/upload-artifact": uploadArtifact,
  "actions/download-artifact": downloadArtifact,
  "actions/cache": restoreCache,
  "actions/cache/restore": restoreCache,
  "actions/cache/save": saveCache,
};

export function localAction(uses: string): LocalAction | null {
  return actions[uses.split("@")[0]?.toLowerCase() ?? ""] ?? null;
}
