/** Makes ids from titles for tasks without one, so that a task keeps its id when others come and go. */
import { PlannedTask } from "../../core/plan.ts";
import type { Item } from "./item.ts";

export type Named = Item & { id: string };

const MAX_ID = 40;

export function nameTasks(items: readonly Item[]): Named[] {
  const taken = new Set(items.flatMap(({ id }) => id ?? []));
  return items.map((item, index) => {
    if (item.id !== null) return { ...item, id: item.id };
    const id = free(slug(item.title) || `task-${index + 1}`, taken);
    taken.add(id);
    return { ...item, id };
  });
}

function slug(title: string): string {
  const words = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  let made = "";
  for (const word of words) {
    const longer = made === "" ? word.slice(0, MAX_ID) : `${made}-${word}`;
    if (longer.length > MAX_ID) break;
    made = longer;
  }
  return made;
}

function free(wanted: string, taken: ReadonlySet<string>): string {
  const may = (id: string) => !taken.has(id) && PlannedTask.shape.id.safeParse(id).success;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? wanted : `${wanted.slice(0, MAX_ID - 5)}-${number}`;
    if (may(id)) return id;
  }
}
