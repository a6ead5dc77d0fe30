/** The title and body of a task's pull request, for whoever reviews it. */
import type { Effect } from "../core/effect.ts";
import type { TaskTitle } from "../core/plan.ts";
import { codeSpan, defuse, oneLine, quotation } from "./sanitise.ts";
import { descriptionText, titleText } from "./task.ts";

type PullOpen = Extract<Effect, { type: "pull.open" }>;

/** Characters of the agent's and the planner's words, and how many files are named. */
const MAX_WORDS = 6_000;
const MAX_FILES = 100;

/** Also the title of commits and merges: what would close an issue is defused, for it ends up on the base branch. */
export function pullTitle({ title }: { title: TaskTitle }): string {
  // GitHub takes 256 characters, and the merge adds the pull's number; of an invisible title nothing is left.
  return defuse(oneLine(titleText(title), 200)) || "A task without a title";
}

export function pullBody(effect: PullOpen): string {
  const sections = [
    `Part of #${effect.issue} · task \`${effect.task}\``,
    warning(effect.outsideScope),
    quoted("Task", descriptionText(effect.description)),
    quoted("The agent's summary", effect.summary),
    fileList(effect.files),
    `Review this pull request like any other. Headgate merges it when its required checks pass and nobody requests changes. To stop that, comment \`/headgate hold\` on #${effect.issue}.`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function warning(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  const lines = ["> [!WARNING]", "> The agent also changed files that its task does not name:"];
  return [...lines, ...bullets(paths).map((line) => `> ${line}`)].join("\n");
}

function quoted(title: string, text: string): string {
  return text.trim() === "" ? "" : `**${title}**\n\n${quotation(text, MAX_WORDS)}`;
}

function fileList(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  const count = paths.length === 1 ? "1 file" : `${paths.length} files`;
  return [`<details><summary>${count}</summary>`, "", ...bullets(paths), "", "</details>"].join("\n");
}

function bullets(paths: readonly string[]): string[] {
  const shown = paths.slice(0, MAX_FILES).map((path) => `- ${codeSpan(path)}`);
  if (paths.length > MAX_FILES) shown.push(`- and ${paths.length - MAX_FILES} more`);
  return shown;
}
