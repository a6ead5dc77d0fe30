/**
 * Reads a task list in Markdown as a plan, as people and specification tools write them. An open box is a task, a checked
 * one is done already, and the text indented below a box describes it.
 */
import type { Heading, ListItem, Root } from "mdast";
import type { WrittenProblem } from "../../core/plan/written.ts";
import { MAX_TASKS } from "../../core/plan.ts";
import { visibleCharacters, visibleMarkdown } from "../../messages/agent/untrusted.ts";
import { type Item, readLine } from "./item.ts";
import { blocksOf, MAX_LINES } from "./markdown.ts";
import { type Named, nameTasks } from "./naming.ts";
import { problemsOf, type WrittenTask } from "./problems.ts";

/** null: there is no list, or nothing in it is open. */
export type Reading = { plan: { tasks: object[] } } | { problems: WrittenProblem[] } | null;

const BOX = /^[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]/m;
/** Boxes under such a heading are facts to check at the end, not tasks. */
const FACTS = /^(acceptance( criteria)?|definition of (done|ready)|checklist|success criteria)$/i;
const MAX_TITLE = 200;
/** Far more than a plan may have, so that the problem can say how many there are. */
const MAX_ITEMS = 1_000;

export function readTaskList(markdown: string): Reading {
  const text = visibleCharacters(markdown);
  // Most issues hold no list, and parsing them would cost time for nothing.
  if (!BOX.test(text)) return null;
  const items = itemsOf(text, blocksOf(text)).slice(0, MAX_ITEMS);
  const open = items.filter((item) => !item.done);
  if (open.length === 0) return null;
  const behind = text.split("\n").slice(MAX_LINES).join("\n");
  if (BOX.test(behind)) return { problems: [{ kind: "list-too-far-down", most: MAX_LINES }] };
  if (open.length > MAX_TASKS) {
    return { problems: [{ kind: "too-many-boxes", boxes: open.length, most: MAX_TASKS }] };
  }
  const tasks = withOrder(nameTasks(items));
  const problems = problemsOf(tasks);
  if (problems.length > 0) return { problems };
  const done = new Set(tasks.filter((task) => task.done).map(({ id }) => id));
  const left = tasks.filter((task) => !task.done);
  return { plan: { tasks: left.map((task) => planned(task, done)) } };
}

function planned(task: WrittenTask, done: ReadonlySet<string>): object {
  const { id, title, description, files } = task;
  return {
    id,
    title,
    description,
    dependsOn: task.dependsOn.filter((dependency) => !done.has(dependency)),
    files,
    ...(task.size !== null && { size: task.size }),
    ...(task.role !== null && { role: task.role }),
  };
}

/**
 * Takes boxes of top-level lists only. Those in quotes, code and tables are examples of lists, and those within a box belong
 * to its description.
 */
function itemsOf(text: string, root: Root): Item[] {
  const items: Item[] = [];
  let facts = false;
  for (const block of root.children) {
    if (block.type === "heading") facts = FACTS.test(wordsOf(block));
    if (block.type !== "list" || facts) continue;
    for (const item of block.children) {
      if (typeof item.checked === "boolean") items.push(readItem(text, item, item.checked));
    }
  }
  return items;
}

function wordsOf({ children }: Heading): string {
  const text = children.map((child) => ("value" in child ? child.value : "")).join("");
  return text.replace(/[*_`:]/g, "").trim();
}

function readItem(text: string, item: ListItem, done: boolean): Item {
  const start = item.children[0]?.position?.start ?? item.position?.start;
  const from = start?.offset ?? 0;
  const [head = "", ...rest] = text.slice(from, item.position?.end.offset).split("\n");
  // The parser has found the box: it begins the first paragraph.
  const line = readLine(head.replace(/^\s*\[[ xX]\]\s/, ""));
  const said = visibleMarkdown(dedented(rest)).trim();
  const isLong = line.title.length > MAX_TITLE;
  return {
    ...line,
    title: isLong ? `${line.title.slice(0, MAX_TITLE - 1).toWellFormed()}…` : line.title,
    line: start?.line ?? 0,
    done,
    description: isLong ? `${line.title}\n\n${said}`.trim() : said,
  };
}

function dedented(lines: readonly string[]): string {
  const depths = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const depth = Math.min(...depths);
  return lines.map((line) => line.slice(Number.isFinite(depth) ? depth : 0)).join("\n");
}

/** Makes a step wait for the step before it and for all parallel steps since. Done steps block nothing. */
function withOrder(items: readonly Named[]): WrittenTask[] {
  let last: string[] = [];
  let since: string[] = [];
  return items.map((item) => {
    if (item.done) return { ...item, dependsOn: [] };
    if (item.explicit || item.parallel) {
      const dependsOn = [...new Set(item.after ?? (item.explicit ? [] : last))];
      since.push(item.id);
      return { ...item, dependsOn };
    }
    const dependsOn = since.length > 0 ? since : last;
    last = [item.id];
    since = [];
    return { ...item, dependsOn };
  });
}
