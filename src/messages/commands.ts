/** What people may type, as they read it. */
import type { Command } from "../core/command.ts";
import { columns } from "./terminal/columns.ts";

type Verb = Exclude<Command["verb"], "malformed" | "answer">;

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

/** The commands as a Markdown table. */
export function commandList(): string {
  const rows = Object.values(usage).map(({ type, does }) => `| \`${type}\` | ${does} |`);
  return ["| Comment | What it does |", "|---|---|", ...rows].join("\n");
}

/** The commands in lines for a terminal. */
export function commandLines(): string[] {
  return columns(Object.values(usage).map(({ type, does }) => [`  ${type}`, does]));
}

/** As it was typed, or could have been. */
export function commandText(command: Command): string {
  switch (command.verb) {
    case "malformed":
      return command.text;
    case "answer":
      return "an answer";
    case "approve":
      return command.version === null ? "/headgate approve" : `/headgate approve ${command.version}`;
    case "plan":
      return `/headgate plan ${command.guidance}`.trim();
    case "drop":
      return `/headgate plan drop ${command.task}`;
    case "after":
      return `/headgate plan after ${command.task} ${command.needs}`;
    case "retry":
      return `/headgate retry ${command.task}`;
    case "budget":
      return `/headgate budget +${command.usd}`;
    default:
      return `/headgate ${command.verb}`;
  }
}
