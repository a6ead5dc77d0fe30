/** A comment's command, if it has one: a line of plain text that begins, in the first column, with `/headgate`. */
import type { Paragraph, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { Command } from "../core/command.ts";
import { TaskId } from "../core/plan.ts";

/**
 * How much of a comment is read. Anybody may comment, and the Markdown parser takes time by the square of some texts: 20 s
 * for 65,000 of `>`, a tenth of a second within these bounds.
 */
const MAX_CHARACTERS = 4_000;
const MAX_LINES = 200;

const COMMAND = /^\/headgate(?=\s|$)/i;
/** What a command's line may be quoted with; see `Command`. */
const MAX_QUOTED = 500;

const verbs: readonly string[] = Command.options
  .map((option) => option.shape.verb.value)
  .filter((verb) => !["malformed", "answer", "drop", "after"].includes(verb));

/** The first command in the comment. Code, quotations, lists and HTML comments hold none. */
export function readCommand(body: string): Command | null {
  const text = beginning(body);
  if (!text.split("\n").some((line) => COMMAND.test(line))) return null;
  for (const block of fromMarkdown(text).children) {
    const line = isText(block) ? commandLine(text, block) : undefined;
    if (line !== undefined) return understand(line);
  }
  return null;
}

function beginning(body: string): string {
  const lines = body.slice(0, MAX_CHARACTERS).replace(/\r\n?/g, "\n").split("\n");
  return lines.slice(0, MAX_LINES).join("\n");
}

type TextBlock = Paragraph | Extract<RootContent, { type: "heading" }>;

/** A heading too: a signature's `--` below a line makes one of it. */
function isText(block: RootContent): block is TextBlock {
  return block.type === "paragraph" || block.type === "heading";
}

/** Lines within a code span, a link or a comment in the paragraph do not count: only those that begin in its plain text. */
function commandLine(text: string, block: TextBlock): string | undefined {
  for (const child of block.children) {
    const start = child.position?.start.offset;
    const end = child.position?.end.offset;
    if (child.type !== "text" || start === undefined || end === undefined) continue;
    for (let at = start; at < end; at = text.indexOf("\n", at) + 1) {
      const newline = text.indexOf("\n", at);
      const line = text.slice(at, newline < 0 ? undefined : newline);
      const first = at === 0 || text[at - 1] === "\n";
      if (first && COMMAND.test(line)) return line;
      if (newline < 0) break;
    }
  }
  return undefined;
}

function understand(line: string): Command {
  const words = line
    .replace(/<!--.*?-->/g, "")
    .trim()
    .split(/\s+/)
    .slice(1);
  const [word = "", ...rest] = words;
  const verb = word.toLowerCase();
  const malformed = (reason: string): Command => ({
    verb: "malformed",
    text: line.trim().slice(0, MAX_QUOTED),
    reason: reason.slice(0, MAX_QUOTED),
  });
  if (verb === "") return malformed("no order follows.");
  switch (verb) {
    case "status":
    case "help":
    case "hold":
    case "resume":
    case "cancel":
      return rest.length === 0 ? { verb } : malformed(`'${verb}' takes nothing after it.`);
    case "approve":
      return approve(rest, malformed);
    case "plan":
      return plan(rest, malformed);
    case "retry":
      return retry(rest, malformed);
    case "budget":
      return budget(rest, malformed);
    default: {
      const meant = verbs.find((known) => isNear(verb, known));
      const hint = meant === undefined ? "" : ` Did you mean '${meant}'?`;
      return malformed(`there is no order '${verb.slice(0, 50)}'.${hint}`);
    }
  }
}

function approve(rest: readonly string[], malformed: (reason: string) => Command): Command {
  const [version, ...more] = rest;
  if (version === undefined) return { verb: "approve", version: null };
  const number = /^(?:v|version)?(\d{1,6})$/i.exec(version)?.[1];
  if (number === undefined || Number(number) === 0 || more.length > 0) {
    return malformed("'approve' takes a plan's version or nothing, such as '/headgate approve 2'.");
  }
  return { verb: "approve", version: Number(number) };
}

/** `drop` and `after` with something that names tasks change the plan; anything else is for the planner to read. */
function plan(rest: readonly string[], malformed: (reason: string) => Command): Command {
  const [word, task, needs, ...more] = rest;
  const names = [task, needs].flatMap((name) => (name === undefined ? [] : [name]));
  const areTasks = names.every((name) => TaskId.safeParse(name).success) && more.length === 0;
  if (word === "drop" && areTasks) {
    if (task !== undefined && needs === undefined) return { verb: "drop", task };
    return malformed("'plan drop' needs one task, such as '/headgate plan drop 4'.");
  }
  if (word === "after" && areTasks) {
    if (task !== undefined && needs !== undefined) return { verb: "after", task, needs };
    return malformed("'plan after' needs two tasks, such as '/headgate plan after 5 3'.");
  }
  return { verb: "plan", guidance: rest.join(" ").slice(0, 4_000) };
}

function retry(rest: readonly string[], malformed: (reason: string) => Command): Command {
  const [task, ...more] = rest;
  if (task === undefined) return malformed("'retry' needs the task's id, such as '/headgate retry parser'.");
  if (more.length > 0) return malformed("'retry' takes one task's id and nothing after it.");
  if (TaskId.safeParse(task).success) return { verb: "retry", task };
  const meant = task.toLowerCase().replace(/[^a-z0-9-]/g, "");
  const hint = TaskId.safeParse(meant).success ? ` Did you mean '${meant}'?` : "";
  return malformed(`'${task.slice(0, 50)}' is not a task's id.${hint}`);
}

function budget(rest: readonly string[], malformed: (reason: string) => Command): Command {
  const amount = /^\+?\$?(\d{1,5}(?:\.\d{1,2})?)$/.exec(rest[0] ?? "")?.[1];
  const command = Command.safeParse({ verb: "budget", usd: Number(amount) });
  if (amount === undefined || rest.length > 1 || !command.success) {
    return malformed("'budget' needs the dollars to add, such as '/headgate budget +5'.");
  }
  return command.data;
}

/** One letter wrong, missing, too many, or two swapped; two such slips in words of five letters and more. */
function isNear(typed: string, known: string): boolean {
  const allowed = known.length > 4 ? 2 : 1;
  return Math.abs(typed.length - known.length) <= allowed && distance(typed, known) <= allowed;
}

/** Optimal string alignment. Both words are short: lengths are compared first. */
function distance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, index) => index)];
  const cell = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1];
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      row.push(
        Math.min(
          cell(i - 1, j) + 1,
          cell(i, j - 1) + 1,
          cell(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return cell(left.length, right.length);
}
