/** The slash commands, as people read them: one table makes the help, the usage and what is wrong with a line. */
import type { Command, CommandFault, Verb } from "../core/command.ts";
import { columns } from "./terminal/columns.ts";

interface Usage {
  /** With placeholders, as the help shows it. */
  type: string;
  does: string;
  /** The arguments. */
  takes: string;
  /** A line that works. */
  example: string;
}

const NOTHING = "nothing after it";

const usage: Record<Verb, Usage> = {
  approve: {
    type: "/headgate approve",
    does: "approve the plan and start; add a number to name its version",
    takes: "a plan's version, one task's id or nothing",
    example: "/headgate approve 2",
  },
  "approve-task": {
    type: "/headgate approve <task>",
    does: "approve what a task's pull request changes that its checks cannot vouch for",
    takes: "a plan's version, one task's id or nothing",
    example: "/headgate approve parser",
  },
  plan: {
    type: "/headgate plan <words>",
    does: "make a new plan from the issue's current text; the words are for the planner",
    takes: "words for the planner, or nothing",
    example: "/headgate plan split the parser in two",
  },
  drop: {
    type: "/headgate plan drop <task>",
    does: "leave a task out of the plan; give its id or the number of its row",
    takes: "one task",
    example: "/headgate plan drop 4",
  },
  after: {
    type: "/headgate plan after <task> <other>",
    does: "make a task wait for another",
    takes: "two tasks",
    example: "/headgate plan after 5 3",
  },
  status: {
    type: "/headgate status",
    does: "refresh the status comment",
    takes: NOTHING,
    example: "/headgate status",
  },
  retry: {
    type: "/headgate retry <task>",
    does: "try a task again that waits or needs attention; its pull request is read first",
    takes: "one task's id, or all",
    example: "/headgate retry parser",
  },
  "retry-all": {
    type: "/headgate retry all",
    does: "try all tasks again that wait or need attention",
    takes: "one task's id, or all",
    example: "/headgate retry all",
  },
  skip: {
    type: "/headgate skip <task>",
    does: "leave a task out while the plan is carried out; what depends on it goes on without it",
    takes: "one task's id",
    example: "/headgate skip parser",
  },
  done: {
    type: "/headgate done <task>",
    does: "end a task that you did yourself, or of which nothing is to be done",
    takes: "one task's id",
    example: "/headgate done parser",
  },
  budget: {
    type: "/headgate budget +5",
    does: "let the feature spend that many dollars more",
    takes: "the dollars to add",
    example: "/headgate budget +5",
  },
  hold: {
    type: "/headgate hold",
    does: "start nothing new and merge nothing; removing the label does the same",
    takes: NOTHING,
    example: "/headgate hold",
  },
  resume: {
    type: "/headgate resume",
    does: "continue after a hold, a halt or a problem that you fixed, with the tasks that it stopped",
    takes: NOTHING,
    example: "/headgate resume",
  },
  cancel: {
    type: "/headgate cancel",
    does: "end the feature for good; what is merged stays; closing the issue does the same",
    takes: NOTHING,
    example: "/headgate cancel",
  },
  help: { type: "/headgate help", does: "show this list", takes: NOTHING, example: "/headgate help" },
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

/** Says what is wrong with a line that begins like a command. */
export function commandFaultText(fault: CommandFault): string {
  switch (fault.kind) {
    case "no-verb":
      return "no command follows.";
    case "unknown-verb":
      return `there is no command '${fault.typed}'.${meant(fault.near)}`;
    case "wrong-arguments": {
      const { takes, example } = usage[fault.verb];
      const such = takes === NOTHING ? "" : `, such as '${example}'`;
      return `'${words(fault.verb)}' takes ${takes}${such}.`;
    }
    case "not-a-task-id":
      return `'${fault.typed}' is not a task's id.${meant(fault.near)}`;
    case "unknown":
      return fault.text;
  }
}

function meant(near: string | null): string {
  return near === null ? "" : ` Did you mean '${near}'?`;
}

/** The command's own words, without `/headgate` and placeholders. */
function words(verb: Verb): string {
  return usage[verb].type
    .split(" ")
    .slice(1)
    .filter((word) => /^[a-z]+$/.test(word))
    .join(" ");
}

/** Writes a command as somebody typed it, or could have. */
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
    case "skip":
    case "done":
      return `/headgate ${command.verb} ${command.task}`;
    case "approve-task":
      return `/headgate approve ${command.task}`;
    case "retry-all":
      return "/headgate retry all";
    case "budget":
      return `/headgate budget +${command.usd}`;
    default:
      return `/headgate ${command.verb}`;
  }
}
