/**
 * The common actions that need the network to be fetched and to work, done by this package instead. Whatever ref a workflow
 * asks for, it gets the behaviour of the action's current major version.
 */
import type { BuiltInAction, BuiltInActions } from "../execute/steps/call.ts";
import { downloadArtifact } from "./artifacts/download.ts";
import type { Artifacts } from "./artifacts/store.ts";
import { uploadArtifact } from "./artifacts/upload.ts";
import { cacheActions } from "./caches/cache.ts";
import type { Caches } from "./caches/store.ts";
import { checkout } from "./checkout.ts";
import { setupNode } from "./setup/node.ts";
import { setupGo, setupPython } from "./setup/tool.ts";

export function builtInActions(artifacts: Artifacts, caches: Caches): BuiltInActions {
  const { cache, restoreCache, saveCache } = cacheActions(caches);
  const actions: Record<string, BuiltInAction> = {
    "actions/checkout": checkout,
    "actions/setup-node": setupNode(cache),
    "actions/setup-python": setupPython(cache),
    "actions/setup-go": setupGo(cache),
    "actions/upload-artifact": uploadArtifact(artifacts),
    "actions/download-artifact": downloadArtifact(artifacts),
    "actions/cache": cache,
    "actions/cache/restore": restoreCache,
    "actions/cache/save": saveCache,
  };
  return (uses) => actions[uses.split("@")[0]?.toLowerCase() ?? ""] ?? null;
}
