/** Counts job slots per account, which a plan limits (https://docs.github.com/en/actions/reference/limits). */
import { newSlots, type Slots } from "../../../slots.ts";
import type { Repository } from "../../../store/entities.ts";

export function slotsByOwner(count: number): (repository: Repository) => Slots {
  const byOwner = new Map<number, Slots>();
  return ({ ownerId }) => {
    const slots = byOwner.get(ownerId) ?? newSlots(count);
    byOwner.set(ownerId, slots);
    return slots;
  };
}
