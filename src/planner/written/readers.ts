/** The readers of Markdown that anybody may have written. The App passes ones that run in a confined process. */
import { linkedTaskList } from "./link.ts";
import { readTaskList } from "./task-list.ts";

/** Each may also reject with ReaderStopped. */
export interface PlannerReaders {
  readTaskList(markdown: string): Promise<ReturnType<typeof readTaskList>>;
  linkedTaskList(...place: Parameters<typeof linkedTaskList>): Promise<string | null>;
}

export const plannerReadersInProcess: PlannerReaders = {
  readTaskList: async (markdown) => readTaskList(markdown),
  linkedTaskList: async (place) => linkedTaskList(place),
};
