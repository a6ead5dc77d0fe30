/** Turns the standing of a pull request in Headgate's queue into a reason, the next step and who takes it. */
import type { Requirement } from "../../core/github.ts";
import { actorOf, type Halt, type Standing } from "../../core/lane/standing.ts";
import { guardedReason, guardWords } from "../guarded.ts";
import { shortSha } from "../words.ts";
import type { Explanation } from "./explanation.ts";
import { ignoredText } from "./ignored.ts";

/** `standing` is null until the lane has sent one. `task`: what the pull is of. */
export function explainStanding(task: string, pull: number, standing: Standing | null): Explanation {
  if (standing === null)
    return { reason: `#${pull} has just joined Headgate's queue`, next: GOES_ON, actor: "headgate" };
  return { reason: reasonOf(pull, standing), next: nextOf(task, pull, standing), actor: actorOf(standing) };
}

const GOES_ON = "it continues by itself";

function reasonOf(pull: number, standing: Standing): string {
  switch (standing.kind) {
    case "merging":
      return `#${pull} is being merged`;
    case "queue-halted":
      return `Headgate's queue is halted: ${haltText(standing.halt)}`;
    case "held":
      return `#${pull} is on hold`;
    case "joined":
      return `#${pull} has just joined Headgate's queue`;
    case "draft":
      return `#${pull} is a draft`;
    case "label":
      return `#${pull} bears the label ${standing.label}`;
    case "changes-requested":
      return `#${pull}: @${standing.by} requested changes${standing.ofEarlierHead ? " to an earlier commit" : ""}`;
    case "updating":
      return `#${pull} is being updated with ${standing.branch}`;
    case "reading-failure":
      return `#${pull}: its required checks failed`;
    case "conflicts-ahead":
      return `#${pull} conflicts with #${standing.pull}, which is ahead of it in Headgate's queue, in ${pathList(standing)}`;
    case "check":
      return `#${pull}: ${checkText(standing)}`;
    case "workflows-differ":
      return `#${pull} has another .github folder than ${standing.branch}, so its checks do not count`;
    case "approval":
      return `#${pull} ${guardedReason(standing.files)}: ${fileList(standing)}`;
    case "base-red":
      return `#${pull}: ${standing.check} is red on ${standing.branch} since ${shortSha(standing.sha)}`;
    case "ready-for-person":
      return `#${pull} is ready to merge`;
    case "merge-refused":
      return `#${pull} ${refusalText(standing)}`;
    case "mergeability-unknown":
      return `#${pull}: GitHub is computing whether it can be merged`;
    case "behind":
      return `#${pull} waits for its turn behind #${standing.pull}`;
    case "next":
      return `#${pull} is next in Headgate's queue`;
    case "unknown":
      return `#${pull}: ${standing.text}`;
  }
}

function nextOf(task: string, pull: number, standing: Standing): string {
  switch (standing.kind) {
    case "queue-halted":
      return "look at what was merged, then `/headgate resume`";
    case "held":
      return "`/headgate resume` lets it merge";
    case "draft":
      return "mark it as ready for review";
    case "label":
      return "take the label off";
    case "changes-requested":
      return standing.ofEarlierHead
        ? "review it again, or dismiss the review"
        : "make the changes on its branch, or dismiss the review";
    case "ready-for-person":
      return "merge it";
    case "merge-refused":
      return standing.requires === null ? "allow it; Headgate then asks again by itself" : "it merges by itself then";
    case "conflicts-ahead":
      return `Headgate resolves the conflict when #${standing.pull} has merged`;
    case "workflows-differ":
      return standing.behind
        ? `Headgate updates it with ${standing.branch} when its turn comes`
        : `make its .github folder the one of ${standing.branch}, or merge it yourself`;
    case "approval":
      return `review and approve #${pull}, or comment \`/headgate approve ${task}\`; both need write access`;
    case "base-red":
      return `fix ${standing.check} on ${standing.branch}; then this continues by itself`;
    case "unknown":
      return standing.actor === "person" ? `look at #${pull}` : GOES_ON;
    case "merging":
    case "joined":
    case "updating":
    case "reading-failure":
    case "check":
    case "mergeability-unknown":
    case "behind":
    case "next":
      return GOES_ON;
  }
}

function refusalText({ requires, text }: Extract<Standing, { kind: "merge-refused" }>): string {
  if (requires === null) return `waits, because GitHub refuses to merge it: ${text.replace(/\.$/, "")}`;
  const people = requires.people.map((name) => ` · @${name}`).join("");
  return `waits for ${requirementText(requires.of)}${people}`;
}

function requirementText(requirement: Requirement["of"]): string {
  switch (requirement) {
    case "approving-review":
      return "an approving review";
    case "code-owner-review":
      return "a code owner's review";
    case "conversations":
      return "open conversations to be resolved";
    case "unlocked-branch":
      return "its base branch to be unlocked";
    case "deployment":
      return "a required deployment";
    case "check":
      return "another required check";
  }
}

function haltText(halt: Halt): string {
  switch (halt.kind) {
    case "landed-tree-differs": {
      const merged = `#${halt.pull} was merged as ${shortSha(halt.mergeSha)}, but the merged files are not the ones that were tested`;
      return `${merged}; somebody may have pushed to ${halt.branch} at the same moment`;
    }
    case "unknown":
      return halt.text;
  }
}

function checkText({ name, verdict, ignored = [] }: Extract<Standing, { kind: "check" }>): string {
  const others = ignored.map(ignoredText);
  return [verdictText(name, verdict), ...others].join("; ");
}

function verdictText(name: string, verdict: Extract<Standing, { kind: "check" }>["verdict"]): string {
  switch (verdict) {
    case "pending":
      return `${name} is running`;
    case "missing":
      return `${name} has not been reported`;
    case "interrupted":
      return `${name} was interrupted`;
    case "fail":
      return `${name} failed`;
  }
}

function fileList({ files, moreFiles }: Extract<Standing, { kind: "approval" }>): string {
  const named = files.map(({ path, kind }) => `${path} (${guardWords[kind]})`);
  const more = moreFiles > 0 ? [`${moreFiles} more`] : [];
  return [...(named.length > 0 ? [named.join(", ")] : []), ...more].join(" and ");
}

function pathList({ paths, morePaths }: Extract<Standing, { kind: "conflicts-ahead" }>): string {
  return morePaths > 0 ? `${paths.join(", ")} and ${morePaths} more` : paths.join(", ");
}
