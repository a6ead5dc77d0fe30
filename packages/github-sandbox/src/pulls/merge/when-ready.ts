/** Merges the pulls that wait for it, once they may be. */

import { actingScope, type SandboxContext } from "../../context.ts";
import type { AutoMerge, Repository } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";
import { userById } from "../../store/users.ts";
import { inBackground } from "../background.ts";
import { isOpen } from "../facts.ts";
import { mergePull } from "./merge.ts";

/** One look after another: two at once would merge against the same base, and one of them in vain. */
const queues = new WeakMap<Store, { last: Promise<void>; asked: Set<number> }>();

/** Looks at the repository's waiting pulls, a moment later. Ask whenever anything happened there. */
export function mergeWhenReady(context: SandboxContext, { id }: Pick<Repository, "id">): void {
  if (waiting(context, id).length === 0) return;
  const queue = queues.get(context.store) ?? { last: Promise.resolve(), asked: new Set() };
  queues.set(context.store, queue);
  if (queue.asked.has(id)) return;
  queue.asked.add(id);
  queue.last = queue.last.then(async () => {
    queue.asked.delete(id);
    // One that cannot be merged now keeps waiting, and is no reason to stop looking at the others.
    for (const each of waiting(context, id)) await mergeIfReady(context, each).catch(() => {});
  });
  inBackground(context, queue.last);
}

function waiting(context: SandboxContext, repositoryId: number): AutoMerge[] {
  return context.store.table("autoMerges").filter(({ id }) => {
    const pull = context.store.table("pulls").get(id);
    return pull?.repositoryId === repositoryId && isOpen(context, pull);
  });
}

/** Merging judges whether it may be. */
async function mergeIfReady(
  context: SandboxContext,
  { id, enabledById, byJobToken, method, title, message }: AutoMerge,
) {
  const pull = context.store.table("pulls").get(id);
  const repository = pull && context.store.table("repositories").get(pull.repositoryId);
  if (pull === undefined || repository === undefined) return;
  const initiator = { user: userById(context, enabledById), byJobToken };
  // Applies the rules even if the person who enabled auto-merge may bypass them: enabling it is no request to bypass.
  await mergePull(actingScope(context, repository, initiator), pull, {
    method,
    sha: pull.headSha,
    title,
    message,
    bypass: false,
  });
}
