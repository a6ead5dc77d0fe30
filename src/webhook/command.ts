/** Reads a comment's slash command: a line of plain text that begins, in the first column, with `/headgate`. */
import type { Paragraph, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { Command, type CommandFault, Verb } from "../core/command.ts";
import { TaskId } from "../core/plan.ts";

/**
 * How much of a comment is read. Anybody may comment, and for some texts the Markdown parser's time grows with the square
 * of their length: 20 s for 65,000 of `>`, a tenth of a second within these bounds.
 */
const MAX_CHARACTERS = 4_000;
const MAX_LINES = 200;

const COMMAND = /^\/headgate(?=\s|$)/i;
/** Limits the quoted part of a line; see `Command`. */
const MAX_QUOTED = 500;

/** Limits the quoted part of an unknown word. */
const MAX_TYPED = 50;

/** `drop` and `after` follow `plan`, a task follows `approve`, `all` follows `retry`. */
const FIRST_WORDS = Verb.exclude(["drop", "after", "approve-task", "retry-all"]).options;

/** Words of other bots for the same. They are answered with the command, and never carried out: some mean another thing there. */
const MEANT = new Map<string, Verb>([
  ...(["stop", "pause", "wait", "freeze", "block"] as const).map((word) => [word, "hold"] as const),
  ...(["unhold", "unpause", "continue", "start", "go", "reopen"] as const).map((word) => [word, "resume"] as const),
  ...(["abort", "close", "end"] as const).map((word) => [word, "cancel"] as const),
  ...(["rerun", "retest", "recheck", "requeue", "rebase", "recreate", "again"] as const).map(
    (word) => [word, "retry"] as const,
  ),
  ...(["ignore", "exclude", "omit", "remove", "leave-out", "dequeue"] as const).map((word) => [word, "skip"] as const),
  ...(["complete", "completed", "finish", "finished", "accept", "resolve", "resolved"] as const).map(
    (word) => [word, "done"] as const,
  ),
  ...(["lgtm", "merge", "ship", "r+"] as const).map((word) => [word, "approve"] as const),
]);

/** Returns the first command in the comment. Code, quotations, lists and HTML comments hold none. */
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

/** Headings count too, since a signature's `--` below a line turns that line into one. */
function isText(block: RootContent): block is TextBlock {
  return block.type === "paragraph" || block.type === "heading";
}

/** Finds a line that begins in the paragraph's plain text. Lines within a code span, a link or a comment do not count. */
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
  const malformed = (fault: CommandFault): Command => ({
    verb: "malformed",
    text: line.trim().slice(0, MAX_QUOTED),
    fault,
  });
  if (verb === "") return malformed({ kind: "no-verb" });
  switch (verb) {
    case "status":
    case "help":
    case "hold":
    case "resume":
    case "cancel":
      return rest.length === 0 ? { verb } : malformed({ kind: "wrong-arguments", verb });
    case "approve":
      return approve(rest, malformed);
    case "plan":
      return plan(rest, malformed);
    case "retry":
    case "skip":
    case "done":
      return ofTask(verb, rest, malformed);
    case "budget":
      return budget(rest) ?? malformed({ kind: "wrong-arguments", verb });
    default: {
      const near = MEANT.get(verb) ?? FIRST_WORDS.find((known) => isNear(verb, known)) ?? null;
      return malformed({ kind: "unknown-verb", typed: verb.slice(0, MAX_TYPED), near });
    }
  }
}

type TaskVerb = "retry" | "skip" | "done" | "approve-task";

type Malformed = (fault: CommandFault) => Command;

/** A word that can be a plan's version is one. Any other word is a task. */
function approve(rest: readonly string[], malformed: Malformed): Command {
  const [word] = rest;
  if (word === undefined) return { verb: "approve", version: null };
  const number = /^(?:v|version)?(\d{1,6})$/i.exec(word)?.[1];
  if (rest.length === 1 && number !== undefined && Number(number) > 0)
    return { verb: "approve", version: Number(number) };
  return ofTask("approve-task", rest, malformed);
}

/** `drop` and `after` with what could be tasks change the plan. Anything else is text for the planner. */
function plan(rest: readonly string[], malformed: Malformed): Command {
  const [word, task, needs, ...more] = rest;
  const names = [task, needs].flatMap((name) => (name === undefined ? [] : [name]));
  const areTasks = names.every((name) => TaskId.safeParse(name).success) && more.length === 0;
  if (word === "drop" && areTasks) {
    if (task !== undefined && needs === undefined) return { verb: "drop", task };
    return malformed({ kind: "wrong-arguments", verb: "drop" });
  }
  if (word === "after" && areTasks) {
    if (task !== undefined && needs !== undefined) return { verb: "after", task, needs };
    return malformed({ kind: "wrong-arguments", verb: "after" });
  }
  return { verb: "plan", guidance: rest.join(" ").slice(0, 4_000) };
}

/** Marks around a task's id, as the status comment shows it, and punctuation after it mean nothing. */
const AROUND_ID = /^[`'"*_<([]+|[`'"*_>)\],.;:!?]+$/g;

function ofTask(verb: TaskVerb, rest: readonly string[], malformed: Malformed): Command {
  const [word, ...more] = rest;
  if (word === undefined) return malformed({ kind: "wrong-arguments", verb });
  const task = word.replace(AROUND_ID, "");
  if (more.length > 0) return malformed({ kind: "wrong-arguments", verb });
  if (verb === "retry" && task.toLowerCase() === "all") return { verb: "retry-all" };
  if (TaskId.safeParse(task).success) return { verb, task };
  const near = TaskId.safeParse(task.toLowerCase().replace(/[^a-z0-9-]/g, ""));
  return malformed({
    kind: "not-a-task-id",
    typed: word.slice(0, MAX_TYPED),
    near: near.success ? near.data : null,
  });
}

/** null: what follows is not an amount. */
function budget(rest: readonly string[]): Command | null {
  const amount = /^\+?\$?(\d{1,5}(?:\.\d{1,2})?)$/.exec(rest[0] ?? "")?.[1];
  const command = Command.safeParse({ verb: "budget", usd: Number(amount) });
  return amount === undefined || rest.length > 1 || !command.success ? null : command.data;
}

/** Allows one letter wrong, missing, too many, or two swapped; two such slips in words of five letters and more. */
function isNear(typed: string, known: string): boolean {
  const allowed = known.length > 4 ? 2 : 1;
  return Math.abs(typed.length - known.length) <= allowed && distance(typed, known) <= allowed;
}

/** Computes the optimal string alignment distance. Both words must be short: its time grows with their product. */
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
