/** The title and body of a task's pull request, for whoever reviews it. */
import type { Effect } from "../core/effect.ts";
import type { TaskTitle } from "../core/plan.ts";
import { type GuardedChange, waitsForApproval } from "../core/promotion/guarded.ts";
import { withoutSkips } from "../core/rules/skip-ci.ts";
import { guardedReason, guardWords } from "./guarded.ts";
import { guardedMarker } from "./markers.ts";
import { codeSpan, defuse, oneLine, quotation } from "./sanitise.ts";
import { descriptionText, titleText } from "./task.ts";

type PullOpen = Extract<Effect, { type: "pull.open" }>;
type Described = Pick<PullOpen, "issue" | "task" | "gateSurface" | "reachesBase">;

/** Changes of a pull that a person should see. */
interface Shown {
  guarded: readonly Pick<GuardedChange, "path" | "kind">[];
  /** Files that name packages to be installed. */
  dependencies: readonly string[];
}

/** Characters of the agent's and the planner's words, and how many files are named. */
const MAX_WORDS = 6_000;
const MAX_FILES = 100;

/** Also the title of commits and merges: what would close an issue is defused, for it ends up on the base branch. */
export function pullTitle({ title }: { title: TaskTitle }): string {
  // GitHub takes 256 characters, and the merge adds the pull's number; of an invisible title nothing is left.
  return withoutSkips(defuse(oneLine(titleText(title), 200))) || "A task without a title";
}

export function pullBody(effect: PullOpen, shown: Shown): string {
  const sections = [
    `Part of #${effect.issue} · task \`${effect.task}\`${effect.replaces === undefined ? "" : ` · replaces #${effect.replaces}`}`,
    warning(effect.outsideScope),
    quoted("Task", descriptionText(effect.description)),
    quoted("The agent's summary", effect.summary),
    fileList(effect.files),
    `Review this pull request like any other. Headgate merges it when its required checks pass and nobody requests changes. To stop that, comment \`/headgate hold\` on #${effect.issue}.`,
  ];
  const body = sections.filter((section) => section !== "").join("\n\n");
  return withGuardedText(body, guardedText(effect, shown));
}

/** Says in the pull's first line for whom it waits and why; "": for nobody. Ends with a marker, by which it is found again. */
export function guardedText(described: Described, { guarded, dependencies }: Shown): string {
  const { issue, task } = described;
  const waits = ({ kind }: Shown["guarded"][number]) => waitsForApproval(kind, described);
  const waiting = guarded.filter(waits);
  const warned = guarded.filter((change) => !waits(change));
  const waitsLater = warned.some(({ kind }) => waitsForApproval(kind, { ...described, reachesBase: true }));
  const blocks = [
    waiting.length === 0
      ? ""
      : `> [!IMPORTANT]\n> Waits for one approving review by somebody with write access, or for \`/headgate approve ${task}\` on #${issue}, because it ${guardedReason(waiting)}: ${guardedFiles(waiting)}.`,
    warned.length === 0
      ? ""
      : `> [!NOTE]\n> This pull request ${guardedReason(warned)}: ${guardedFiles(warned)}. ${waitsLater ? "The pull request of the whole feature waits for a review of these changes." : "Review these changes: a green check proves little about them."}`,
    dependencies.length === 0
      ? ""
      : `> [!NOTE]\n> This pull request changes which packages are installed: ${listed(dependencies.map((path) => codeSpan(path)))}.`,
  ].filter((block) => block !== "");
  return blocks.length === 0 ? "" : `${blocks.join("\n\n")}\n${guardedMarker()}`;
}

/** Files that the first line names. */
const MAX_GUARDED_FILES = 8;

function guardedFiles(changes: Shown["guarded"]): string {
  return listed(
    changes.map(({ path, kind }) => (path === "" ? guardWords[kind] : `${codeSpan(path)} (${guardWords[kind]})`)),
  );
}

function listed(words: readonly string[]): string {
  const shown = words.slice(0, MAX_GUARDED_FILES).join(", ");
  const more = words.length - MAX_GUARDED_FILES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Replaces the part that `guardedText` wrote before, and leaves everything else as people have it. */
export function withGuardedText(body: string, text: string): string {
  const lines = body.split("\n");
  const end = lines.findIndex((line) => line.trim() === guardedMarker());
  if (end < 0) return text === "" ? body : `${text}\n\n${body}`;
  const [before, after] = [lines.slice(0, startOfAlerts(lines, end)), lines.slice(end + 1)];
  if (text !== "") return [...before, ...text.split("\n"), ...after].join("\n");
  while (after[0]?.trim() === "") after.shift();
  return [...before, ...after].join("\n");
}

/** Returns the first line of our own alerts above the marker. Other quotations are people's. */
function startOfAlerts(lines: readonly string[], marker: number): number {
  for (let start = marker; ; ) {
    let first = start;
    while (first > 0 && lines[first - 1]?.trim() === "") first -= 1;
    while (first > 0 && lines[first - 1]?.startsWith(">")) first -= 1;
    const alert = lines.findLastIndex((line, at) => at >= first && at < start && isOurAlert(line, lines[at + 1]));
    if (alert < 0) return start;
    start = alert;
  }
}

function isOurAlert(line: string, next = ""): boolean {
  return /^> \[!(?:IMPORTANT|NOTE)\]\s*$/.test(line) && /^> (?:Waits for one approving|This pull request) /.test(next);
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
