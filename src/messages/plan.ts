/**
 * The one comment that shows the plan: first a line that a busy person can decide on, then what to type, then everything
 * behind it. It is rendered anew from the state whenever it is sent.
 */
import type { Analysis } from "../core/analysis/index.ts";
import { analysisOf, mustAsk } from "../core/feature/planning/approval.ts";
import type { FeatureState } from "../core/feature/state.ts";
import { isOver } from "../core/feature/state.ts";
import type { Task } from "../core/feature/task.ts";
import { planMarker } from "./markers.ts";
import { planDiagram } from "./mermaid.ts";
import { warningText } from "./problems/preflight.ts";
import { codeSpan, plainText, quotation } from "./sanitise.ts";
import { titleText } from "./task.ts";
import { duration } from "./words.ts";

/** GitHub takes 65,536 characters. */
const MAX_CHARACTERS = 60_000;
const MAX_LISTED = 12;

/** Characters of strangers' words per cell; each next level says less. */
const levels = [
  { title: 100, after: 50, files: 4, why: 2_000, diagram: true },
  { title: 60, after: 12, files: 1, why: 500, diagram: true },
  { title: 40, after: 4, files: 0, why: 0, diagram: false },
];
type Level = (typeof levels)[number] & { priced: boolean };

/**
 * Markdown whose first line is the marker. The feature must have a plan. `priced` false: the engine's price is not known, so neither
 * models nor dollars are shown.
 */
export function planComment(state: FeatureState, priced = true): string {
  const analysis = analysisOf(state);
  if (analysis === null) return planMarker(state.life.number);
  let text = "";
  for (const level of levels) {
    text = render(state, analysis, { ...level, priced });
    if (text.length <= MAX_CHARACTERS) return text;
  }
  return text.slice(0, text.lastIndexOf("\n", MAX_CHARACTERS));
}

function render(state: FeatureState, analysis: Analysis, level: Level): string {
  const tasks = state.tasks.filter((task) => task.undoes === null);
  const sections = [
    `**${planHeadline(state, analysis, level.priced)}**`,
    ask(state),
    warnings(state),
    level.diagram && tasks.length > 1 ? planDiagram(tasks) : "",
    table(tasks, analysis, level),
    approvalNotes(analysis).join("\n\n"),
    why(state, level),
    notes(state, analysis),
  ];
  return [planMarker(state.life.number), sections.filter((section) => section !== "").join("\n\n")].join("\n");
}

/** `7 tasks · about $6, at most $14 · about 55 min · 90 Actions minutes · nothing started` */
export function planHeadline(state: FeatureState, analysis: Analysis, priced: boolean): string {
  const count = analysis.tasks.length;
  const { expected, ceiling } = analysis.usd;
  const about = `${expected === null ? "cost unknown" : `about ${dollars(expected)}`}, at most ${dollars(ceiling)}`;
  return [
    count === 1 ? "1 task" : `${count} tasks`,
    priced ? about : "cost unknown",
    `about ${duration(analysis.minutes * 60_000)}`,
    `${Math.round(analysis.actionsMinutes)} Actions minutes`,
    standing(state),
  ].join(" · ");
}

function standing(state: FeatureState): string {
  if (state.stage === "proposed") return "nothing started";
  const by = state.plan?.approvedBy ?? null;
  return by === null ? "under way" : `approved by @${plainText(by, 40)}`;
}

export function dollars(usd: number): string {
  return usd < 10 ? `$${usd.toFixed(usd < 1 ? 2 : 1).replace(/\.0$/, "")}` : `$${Math.round(usd)}`;
}

function ask(state: FeatureState): string {
  const version = state.plan?.version ?? 0;
  const lines: string[] = [];
  const edited = editedText(state);
  if (edited !== null) lines.push(edited);
  if (state.stage === "proposed" && mustAsk(state)) {
    lines.push(
      `**Version ${version} of the plan waits for your approval.** Comment \`/headgate approve\` to start it, \`/headgate plan <words>\` for a new plan, \`/headgate plan drop 2\` to leave out task 2, \`/headgate plan after 3 1\` to make task 3 wait for task 1, or \`/headgate cancel\` to end the feature.`,
    );
  }
  return lines.length === 0 ? "" : `> [!IMPORTANT]\n${lines.map((line) => `> ${line}`).join("\n>\n")}`;
}

/** Says that the issue was edited after somebody consented to it, and what to do about that. null: it was not. */
export function editedText(state: FeatureState): string | null {
  if (state.edited === null || isOver(state)) return null;
  const said = "The issue was edited after it was labelled.";
  if (state.stage === "planning" || state.stage === "proposed")
    return `${said} This plan follows the earlier text. Comment \`/headgate plan\` for a plan of the current text.`;
  return `${said} The tasks follow the earlier text. If you no longer want them, comment \`/headgate hold\` to pause the feature or \`/headgate cancel\` to end it.`;
}

/** Shows what the person who approves should know of the repository. */
function warnings({ warnings: found }: FeatureState): string {
  if (found.length === 0) return "";
  const listed = found.slice(0, MAX_LISTED).map((warning) => `> - ${warningText(warning)}`);
  if (found.length > listed.length) listed.push(`> - and ${found.length - listed.length} more`);
  return ["> [!WARNING]", "> Check this before agents' code runs here:", ...listed].join("\n");
}

function table(tasks: readonly Task[], analysis: Analysis, level: Level): string {
  const rows = tasks.map(({ plan }, index) => {
    const estimate = analysis.tasks.find((one) => one.id === plan.id);
    const cells = [
      String(index + 1),
      `\`${plan.id}\` ${plainText(titleText(plan.title), level.title)}`,
      after(plan.dependsOn, level.after),
      files(plan.files, level.files),
      plan.role === "research" ? `${plan.size}, read-only` : plan.size,
      ...(level.priced ? [codeSpan(estimate?.model ?? "", 60), dollars(estimate?.ceilingUsd ?? 0)] : []),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const titles = ["#", "Task", "After", "Files", "Size", ...(level.priced ? ["Model", "At most"] : [])];
  return [`| ${titles.join(" | ")} |`, `|${"---|".repeat(titles.length)}`, ...rows].join("\n");
}

function after(ids: readonly string[], most: number): string {
  const shown = ids.slice(0, most).map((id) => `\`${id}\``);
  if (ids.length > shown.length) shown.push(`and ${ids.length - shown.length} more`);
  return shown.join(", ");
}

function files(globs: readonly string[], most: number): string {
  const shown = globs.slice(0, most).map((glob) => codeSpan(glob, 80).replaceAll("|", "\\|"));
  const more = globs.length - shown.length;
  if (more > 0) shown.push(shown.length === 0 ? `${more}` : `and ${more} more`);
  return shown.join(", ");
}

function why(state: FeatureState, level: Level): string {
  const said = state.plan?.why.trim() ?? "";
  return said === "" || level.why === 0 ? "" : `Why it is split this way:\n\n${quotation(said, level.why)}`;
}

const reasons = {
  protected: "they name protected files",
  surface: "they name files that decide what required checks do",
  scripts: "and will if they change scripts or tool settings there",
} as const;

/** Says which pulls are likely to wait for a person, a sentence for each reason. */
export function approvalNotes({ approvals }: Analysis): string[] {
  return (["protected", "surface", "scripts"] as const).flatMap((because) => {
    const found = approvals.filter((one) => one.because === because);
    if (found.length === 0) return [];
    const named = found.slice(0, MAX_LISTED).map(({ id, files: globs }) => `\`${id}\` (${files(globs, 2)})`);
    if (found.length > named.length) named.push(`and ${found.length - named.length} more`);
    const may = because === "scripts" ? "may wait" : "are likely to wait";
    const why = because === "scripts" ? reasons.scripts : `because ${reasons[because]}`;
    return [`The pull requests of these tasks ${may} for an approving review, ${why}: ${named.join(", ")}.`];
  });
}

const sources = {
  file: "a plan file",
  "sub-issues": "the issue's sub-issues",
  "task-list": "a task list",
  model: "a model",
} as const;

function notes(state: FeatureState, analysis: Analysis): string {
  const listed = estimateNotes(state, analysis).map((line) => `- ${line}`);
  return ["<details><summary>How this was estimated</summary>", "", ...listed, "", "</details>"].join("\n");
}

/** Explains the plan's numbers, a sentence or two each. */
export function estimateNotes(state: FeatureState, analysis: Analysis): string[] {
  const { criticalPath, usefulParallel, width } = analysis;
  const path = criticalPath.ids.map((id) => `\`${id}\``).join(" → ");
  const lines = [
    `The plan comes from ${sources[state.plan?.source ?? "model"]}.`,
    `The longest chain is ${path}, about ${duration(criticalPath.minutes * 60_000)}; at most ${width} can run at the same time.`,
    parallel(state, usefulParallel, width),
    ...overlapping(state, analysis),
    small(analysis),
    state.plan?.land === "together"
      ? "All tasks merge into the base branch together, in one pull request at the end."
      : "",
  ];
  return lines.filter((line) => line !== "");
}

function parallel(state: FeatureState, useful: number, width: number): string {
  const allowed = state.policy?.maxParallel ?? 1;
  if (useful >= Math.min(allowed, width)) return "";
  return `Up to ${allowed} agents may work at the same time, but merges happen one after another: more than ${useful} would only wait.`;
}

function overlapping(state: FeatureState, { overlaps, overlap }: Analysis): string[] {
  if (overlaps.length === 0) return [];
  const pairs = overlaps
    .slice(0, MAX_LISTED)
    .map(({ left, right, hot }) => `\`${left}\` and \`${right}\`${hot ? " (hot file)" : ""}`);
  if (overlaps.length > pairs.length) pairs.push(`and ${overlaps.length - pairs.length} more`);
  const chosen = state.policy?.overlap ?? "optimistic";
  const words = {
    optimistic: "side by side",
    "serialise-hot": "hot files apart",
    "serialise-overlap": "one after another",
  };
  const prices = overlap.map(({ overlap: one, minutes, work }) => {
    const extra = Math.round((work - 1) * 100);
    return `${words[one]} about ${duration(minutes * 60_000)}${extra > 0 ? ` and ${extra} % more work` : ""}${one === chosen ? " (chosen)" : ""}`;
  });
  return [`These tasks may change the same files: ${pairs.join(", ")}.`, `Ways to run them: ${prices.join("; ")}.`];
}

function small({ tooSmall }: Analysis): string {
  if (tooSmall.length === 0) return "";
  const ids = tooSmall.slice(0, MAX_LISTED).map((id) => `\`${id}\``);
  return `These tasks are small; running each by itself may cost more than it saves: ${ids.join(", ")}.`;
}
