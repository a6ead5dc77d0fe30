/**
 * Common actions that would need the network to be fetched and to work, done here instead. Whatever ref a workflow asks
 * for, it gets the behaviour of the action's current major version.
 */

import type { Post } from "../execute/running-job.ts";
import type { ActionCall } from "../execute/steps/call.ts";
import { downloadArtifact } from "./artifacts/download.ts";
import { uploadArtifact } from "./artifacts/upload.ts";
import { cache, restoreCache, saveCache } from "./caches/cache.ts";
import { checkout } from "./checkout.ts";
import { setupNode } from "./setup/node.ts";
import { setupGo, setupPython } from "./setup/tool.ts";

/** Gives what is to be done when the job ends. Throws StepError with one sentence. */
export type LocalAction = (call: ActionCall) => Promise<Post["run"] | undefined>;

const actions: Record<string, LocalAction> = {
  "actions/checkout": checkout,
  "actions/setup-node": setupNode,
  "actions/setup-python": setupPython,
  "actions/setup-go": setupGo,
  "actions/upload-artifact": uploadArtifact,
  "actions/download-artifact": downloadArtifact,
  "actions/cache": cache,
  "actions/cache/restore": restoreCache,
  "actions/cache/save": saveCache,
};

export function localAction(uses: string): LocalAction | null {
  return actions[uses.split("@")[0]?.toLowerCase() ?? ""] ?? null;
}
