/** Merges pulls with auto-merge once their base allows it. */

import { actingScope, type SandboxContext } from "../../context.ts";
import type { AutoMerge, Repository } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";
import { userById } from "../../store/users.ts";
import { inBackground } from "../background.ts";
import { isOpen } from "../facts.ts";
import { mergePull } from "./merge.ts";

/** One queue for each sandbox: two merges at once would race for the same base, and one would fail. */
const queues = new WeakMap<Store, { last: Promise<void>; asked: Set<number> }>();

/** Tries the repository's waiting pulls, a moment later. Called after every announcement. */
export function mergeWhenReady(context: SandboxContext, { id }: Pick<Repository, "id">): void {
  if (waiting(context, id).length === 0) return;
  const queue = queues.get(context.store) ?? { last: Promise.resolve(), asked: new Set() };
  queues.set(context.store, queue);
  if (queue.asked.has(id)) return;
  queue.asked.add(id);
  queue.last = queue.last.then(async () => {
    queue.asked.delete(id);
    // A pull that cannot be merged now keeps waiting. The others are tried all the same.
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

/** `mergePull` judges whether the base allows it. */
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
