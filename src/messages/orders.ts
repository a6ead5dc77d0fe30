/** What people may type, as they read it. */
import type { Order } from "../core/order.ts";
import { columns } from "./terminal/columns.ts";

type Verb = Exclude<Order["verb"], "malformed" | "answer">;

const usage: Record<Verb, { type: string; does: string }> = {
  approve: { type: "/headgate approve", does: "carry the plan out; a number after it names the version that is meant" },
  plan: {
    type: "/headgate plan <words>",
    does: "plan anew from the issue's present text, with these words for the planner",
  },
  drop: { type: "/headgate plan drop <task>", does: "leave a task out of the plan; its id or the number of its row" },
  after: { type: "/headgate plan after <task> <other>", does: "have a task wait for another" },
  status: { type: "/headgate status", does: "bring the status comment up to date" },
  retry: { type: "/headgate retry <task>", does: "try a parked or waiting task again" },
  budget: { type: "/headgate budget +5", does: "let the feature spend so many dollars more" },
  hold: { type: "/headgate hold", does: "start nothing new and merge nothing; removing the label does the same" },
  resume: { type: "/headgate resume", does: "go on after a hold, a halt or a problem put right" },
  cancel: {
    type: "/headgate cancel",
    does: "end the feature for good; what is merged stays; closing the issue does the same",
  },
  help: { type: "/headgate help", does: "show this list" },
};

/** The orders as a Markdown table. */
export function orderList(): string {
  const rows = Object.values(usage).map(({ type, does }) => `| \`${type}\` | ${does} |`);
  return ["| Comment | What it does |", "|---|---|", ...rows].join("\n");
}

/** The orders in lines for a terminal. */
export function orderLines(): string[] {
  return columns(Object.values(usage).map(({ type, does }) => [`  ${type}`, does]));
}

/** As it was typed, or could have been. */
export function orderText(order: Order): string {
  switch (order.verb) {
    case "malformed":
      return order.text;
    case "answer":
      return "an answer";
    case "approve":
      return order.version === null ? "/headgate approve" : `/headgate approve ${order.version}`;
    case "plan":
      return `/headgate plan ${order.guidance}`.trim();
    case "drop":
      return `/headgate plan drop ${order.task}`;
    case "after":
      return `/headgate plan after ${order.task} ${order.needs}`;
    case "retry":
      return `/headgate retry ${order.task}`;
    case "budget":
      return `/headgate budget +${order.usd}`;
    default:
      return `/headgate ${order.verb}`;
  }
}
