/**
 * The common actions that need the network to be fetched and to work, done by this package instead. Whatever ref a workflow
 * asks for, it gets the behaviour of the action's current major version.
 */
import type { BuiltInAction, BuiltInActions } from "../execute/steps/call.ts";
import { allGreen } from "./all-green.ts";
import { downloadArtifact } from "./artifacts/download.ts";
import type { Artifacts } from "./artifacts/store.ts";
import { uploadArtifact } from "./artifacts/upload.ts";
import { aside } from "./asides.ts";
import { cacheActions } from "./caches/cache.ts";
import type { Caches } from "./caches/store.ts";
import { checkout } from "./checkout.ts";
import { setupNode } from "./setup/node.ts";
import { provide } from "./setup/tools/provide.ts";
import { setupActions } from "./setup/tools/table.ts";

export function builtInActions(artifacts: Artifacts, caches: Caches): BuiltInActions {
  const { cache, restoreCache, saveCache } = cacheActions(caches);
  const actions: Record<string, BuiltInAction> = {
    "actions/checkout": checkout,
    "actions/setup-node": setupNode(cache),
    "actions/upload-artifact": uploadArtifact(artifacts),
    "actions/download-artifact": downloadArtifact(artifacts),
    "actions/cache": cache,
    "actions/cache/restore": restoreCache,
    "actions/cache/save": saveCache,
    "re-actors/alls-green": allGreen,
  };
  return (uses) => {
    const at = uses.indexOf("@");
    if (at < 0) return null;
    const name = uses.slice(0, at).toLowerCase();
    const tool = Object.hasOwn(setupActions, name) ? setupActions[name] : undefined;
    if (tool !== undefined) return provide(name, uses.slice(at + 1), tool, cache);
    return (Object.hasOwn(actions, name) ? actions[name] : undefined) ?? aside(name);
  };
}
