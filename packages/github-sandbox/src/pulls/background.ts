/** Work that GitHub does after it has answered: test merges, branch updates. */
import type { Hub } from "../hub.ts";
import type { World } from "../world/world.ts";

const underWay = new WeakMap<World, Set<Promise<void>>>();

function of(hub: Pick<Hub, "world">): Set<Promise<void>> {
  const found = underWay.get(hub.world) ?? new Set();
  underWay.set(hub.world, found);
  return found;
}

/** Lets the work go on by itself. Its failure is nobody's answer: whoever asked sees that nothing came of it. */
export function inBackground(hub: Pick<Hub, "world">, work: Promise<unknown>): void {
  const all = of(hub);
  const settled = work.then(
    () => {},
    () => {},
  );
  all.add(settled);
  void settled.then(() => all.delete(settled));
}

/** Resolves when nothing is going on for the pulls; ask before the world closes. */
export async function pullsIdle(hub: Pick<Hub, "world">): Promise<void> {
  const all = of(hub);
  while (all.size > 0) await Promise.all(all);
}
