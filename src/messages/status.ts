/** The one comment on the issue that shows the feature's progress. Each update renders it again from the state. */
import { endedAt, type FeatureState, isOver } from "../core/feature/state.ts";
import { type Landing, landingOf, type Task, wasLeftOut } from "../core/feature/task.ts";
import type { JudgedCheck } from "../core/github.ts";
import type { Explanation } from "./explain/explanation.ts";
import { explainFeature, explainTask } from "./explain.ts";
import { statusMarker } from "./markers.ts";
import { planDiagram } from "./mermaid.ts";
import { editedText } from "./plan.ts";
import { codeSpan, plainText } from "./sanitise.ts";
import { titleText } from "./task.ts";
import { clockTime, cost, duration, shortSha, stages, totalUsage, unreportedUsd } from "./words.ts";

/** GitHub takes 65,536 characters. */
const MAX_CHARACTERS = 60_000;

/** Characters of what strangers wrote, per cell; each next level says less. */
const levels = [
  { title: 80, reason: 300, diagram: true, judges: 3 },
  { title: 60, reason: 120, diagram: true, judges: 1 },
  { title: 40, reason: 40, diagram: false, judges: 0 },
];
type Level = (typeof levels)[number];

/** Markdown of at most 60,000 characters whose first line is the marker. `at`: milliseconds since 1970. */
export function statusComment(state: FeatureState, at: number): string {
  for (const level of levels) {
    const text = render(state, at, level);
    if (text.length <= MAX_CHARACTERS) return text;
  }
  return cutAtLine(render(state, at, { title: 20, reason: 20, diagram: false, judges: 0 }));
}

function render(state: FeatureState, at: number, level: Level): string {
  const sections = [
    sentence(state, explainFeature(state)),
    edited(state),
    level.diagram && state.tasks.length > 0 ? planDiagram(state.tasks) : "",
    state.tasks.length > 0 ? taskTable(state, level) : "",
    facts(state, at),
    isOver(state) ? "" : "With write access you can comment commands; `/headgate help` lists them.",
  ].filter((section) => section !== "");
  return [statusMarker(state.life.number), sections.join("\n\n")].join("\n");
}

function sentence(state: FeatureState, { reason, next, actor }: Explanation): string {
  const said = `**${plainText(reason, 500).replace(/[.…]?$/, ".")}**`;
  if (isOver(state) || actor !== "person") return said;
  return `> [!IMPORTANT]\n> ${said}\n> Next: ${next}.`;
}

/** While a plan waits for approval, the sentence says it. */
function edited(state: FeatureState): string {
  const said = state.stage === "proposed" || state.stage === "planning" ? null : editedText(state);
  return said === null ? "" : `> [!IMPORTANT]\n> ${said}`;
}

function taskTable(state: FeatureState, level: Level): string {
  const rows = state.tasks.map((task) => taskRow(state, task, level));
  return ["| Task | State | Pull request | Why, what next, who |", "|---|---|---|---|", ...rows].join("\n");
}

function taskRow(state: FeatureState, task: Task, level: Level): string {
  const { icon, word } = wasLeftOut(task) ? LEFT_OUT : stages[task.stage];
  const cells = [
    `\`${task.plan.id}\` ${plainText(titleText(task.plan.title), level.title)}`,
    `${icon} ${word}`,
    task.pull === null ? "" : `#${task.pull}`,
    why(state, task, level),
  ];
  return `| ${cells.join(" | ")} |`;
}

const LEFT_OUT = { icon: "➖", word: "left out" };

const actors = { headgate: "Headgate", github: "GitHub", person: "**you**" };

function why(state: FeatureState, task: Task, level: Level): string {
  const landing = landingOf(task);
  if (landing !== null) return [`merged as ${shortSha(landing.mergeSha)}`, ...judges(landing, level)].join("; ");
  const { reason, next, actor } = explainTask(state, task);
  const said = plainText(reason, level.reason);
  if (next === "nothing") return said;
  const when = task.stage === "waiting" ? `at ${clockTime(task.until)} ` : "";
  return `${said}; next: ${when}${next} · ${actors[actor]}`;
}

/** Names what judged the required checks of the merged head, so that people can look it up. */
function judges({ judgedBy }: Landing, { judges: most }: Level): string[] {
  const named = judgedBy.slice(0, most).map(judgeText);
  if (named.length === 0) return [];
  const more = judgedBy.length > named.length ? ` and ${judgedBy.length - named.length} more` : "";
  return [`judged by ${named.join(", ")}${more}`];
}

function judgeText({ name, url, by }: JudgedCheck): string {
  const check = codeSpan(name, 60);
  switch (by.kind) {
    case "job":
      return `${check} (${link(`run ${by.run}`, url)})`;
    case "app":
      return `${check} (${link(by.appId === null ? "an App" : `App ${by.appId}`, url)})`;
    case "status":
      return `${check} (${link("status", url)} by ${codeSpan(by.creator ?? "ghost", 50)})`;
  }
}

/** A status's address is whatever its creator wrote. */
function link(text: string, url: string | null): string {
  return url !== null && /^https?:\/\/[\w.:/?&=%-]{1,300}$/.test(url) ? `[${text}](${url})` : text;
}

/** Says what it works on, with what, how long and for how much. */
function facts(state: FeatureState, at: number): string {
  const lines: string[] = [];
  if (state.base !== null) lines.push(`Base: ${codeSpan(state.base.branch)} at ${shortSha(state.base.sha)}.`);
  if (state.checks.length > 0) {
    const names = state.checks.slice(0, 20).map((check) => codeSpan(check.name, 80));
    const more = state.checks.length > names.length ? ` and ${state.checks.length - names.length} more` : "";
    lines.push(`Required before every merge: ${names.join(", ")}${more}.`);
  }
  const usage = totalUsage(state);
  if (usage !== null) lines.push(`Cost: ${cost(usage)}.`);
  const unreported = unreportedUsd(state);
  if (unreported > 0) lines.push(`Attempts that left no report may have cost up to $${unreported.toFixed(2)} more.`);
  const took = duration((endedAt(state) ?? at) - state.startedAt);
  lines.push(isOver(state) ? `It took ${took}.` : `Started ${took} ago by ${codeSpan(state.labelledBy, 50)}.`);
  return lines.join(" ");
}

function cutAtLine(text: string): string {
  const cut = text.slice(0, MAX_CHARACTERS - 100);
  return `${cut.slice(0, cut.lastIndexOf("\n"))}\n\nThe rest does not fit into this comment.`;
}
