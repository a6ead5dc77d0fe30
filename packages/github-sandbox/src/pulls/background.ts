/** Runs the work that GitHub does after the response: test merges, branch updates. */
import type { SandboxContext } from "../context.ts";
import type { Store } from "../store/store.ts";

const underWay = new WeakMap<Store, Set<Promise<void>>>();

function of(context: Pick<SandboxContext, "store">): Set<Promise<void>> {
  const found = underWay.get(context.store) ?? new Set();
  underWay.set(context.store, found);
  return found;
}

/** Runs work after the response was sent. Drops its errors, since no request is left to answer them. */
export function inBackground(context: Pick<SandboxContext, "store">, work: Promise<unknown>): void {
  const all = of(context);
  const settled = work.then(
    () => {},
    () => {},
  );
  all.add(settled);
  void settled.then(() => all.delete(settled));
}

/** Resolves when no such work is under way. Await it before the store closes. */
export async function pullsIdle(context: Pick<SandboxContext, "store">): Promise<void> {
  const all = of(context);
  while (all.size > 0) await Promise.all(all);
}
