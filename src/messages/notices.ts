/** Answers and news on the issue, each posted once. */
import type { Notice } from "../core/effect.ts";
import { isLeftOut } from "../core/feature/ending/without.ts";
import type { Problem } from "../core/preflight/index.ts";
import { commandFaultText, commandList } from "./commands.ts";
import { broughtBackText } from "./explain/brought-back.ts";
import { resourceList } from "./explain/parked.ts";
import { refusalText } from "./explain/refusal.ts";
import { withoutText } from "./explain/without.ts";
import { noticeMarker } from "./markers.ts";
import { planProblemText } from "./problems/plan.ts";
import { problemText } from "./problems/preflight.ts";
import { codeSpan, defuse, plainText, truncate } from "./sanitise.ts";

/** Markdown whose first line is the notice's marker. */
export function noticeComment(notice: Notice, life = 1): string {
  return `${noticeMarker(notice, life)}\n${words(notice)}`;
}

function words(notice: Notice): string {
  switch (notice.about) {
    case "unauthorised-label":
      return `${person(notice.by)} added the label, but only people with write access to this repository can start a feature. Nothing runs. If you have write access, remove the label and add it again.`;
    case "unauthorised-command":
      return `${person(notice.by)}, only people with write access to this repository can give commands. Nothing was done.`;
    case "malformed-command":
      return `I did not understand ${quoted(notice.text)}: ${plainText(commandFaultText(notice.fault), 500)}\n\n${commandList()}`;
    case "refused-command":
      return plainText(refusalText(notice.refusal), 2_000);
    case "help":
      return `Start a line of a comment with one of these commands:\n\n${commandList()}`;
    case "task-left-out":
      return leftOut(notice);
    case "tasks-brought-back":
      return broughtBackText(notice);
    case "closed-by-other":
      return `${person(notice.by)} closed this issue, and only people with write access can end the feature. It is on hold: nothing new starts and nothing merges. Comment \`/headgate cancel\` to end it. To go on, reopen the issue, or comment \`/headgate resume\`.`;
    case "begun-anew":
      return `${person(notice.by)} labelled this issue again after its feature was ${notice.former}, so it begins anew, with a new plan, new pull requests and branches of its own; what was merged before stays.`;
    case "issue-gone": {
      const who = notice.by === null ? "" : ` by ${person(notice.by)}`;
      const what = notice.why === "deleted" ? "was deleted" : "was transferred to another repository";
      return `The feature's issue ${notice.issue} ${what}${who}, so the feature ends here: what is merged stays, and its open pull requests are closed.`;
    }
    case "reopened-after-end":
      return `This issue is open again, and its feature stays ${notice.stage}. To begin anew, take the label off and put it on again.`;
    case "sub-issue-closed-by-other":
      return `${person(notice.by)} closed #${notice.issue}, and only people with write access can leave a task out. Task \`${notice.task}\` goes on. To leave it out, comment \`/headgate skip ${notice.task}\`.`;
    case "nothing-to-do":
      return `The agent of task \`${notice.task}\` found nothing to do: ${plainText(notice.said, 1_000)}\n\nIf that is right, comment \`/headgate done ${notice.task}\`; what depends on it then starts. If not, say in the issue or its task what is missing and comment \`/headgate retry ${notice.task}\`.`;
    case "stopped":
      return `Headgate stopped its work on this issue: it failed on an event, which is a defect of Headgate. Nothing here starts or merges until Headgate is started again; it then goes on without that event. Ask the people who run Headgate to look into its log for ${codeSpan(notice.event, 60)} and to report the error.`;
    case "not-ready":
      return `Headgate cannot start here yet. Fix this:\n\n${problemList(notice.problems)}\n\nThen comment \`/headgate resume\`.`;
    case "budget-warning":
      return `This feature has used more than 80 % of its budget in ${resourceList(notice.short)}. It continues until the rest is used up. Comment \`/headgate budget +5\` to add five dollars, or \`/headgate hold\` to pause it.`;
    case "plan-questions":
      return `Answer these questions, so that Headgate can plan the feature:\n\n${strangersList(notice.questions)}\n\nAnyone with write access can answer in a comment; Headgate then makes the plan. Comment \`/headgate plan\` for a plan without an answer.`;
    case "plan-errors": {
      const listed = strangersList(notice.problems.map(planProblemText));
      if (notice.added)
        return `The tasks that were added to this feature cannot be used; it continues without them:\n\n${listed}\n\nFix these, then remove the label and add it again.`;
      return `The plan cannot be used, and nothing was started:\n\n${listed}\n\nComment \`/headgate resume\` for a new plan.`;
    }
  }
}

function leftOut({ task, without, pull, dependents }: Extract<Notice, { about: "task-left-out" }>): string {
  const said = `Task \`${task}\` ended without a merge: ${plainText(withoutText(without), 1_200).replace(/[.…]?$/, ".")}`;
  const closed = pull === null ? "" : ` Its pull request #${pull} is closed, unless it merges at this moment.`;
  return `${said}${closed}${fateOf(dependents, isLeftOut(without))}`;
}

function fateOf(dependents: readonly string[], without: boolean): string {
  if (dependents.length === 0) return "";
  const names = dependents.map((id) => `\`${id}\``).join(", ");
  const [depend, go] = dependents.length === 1 ? ["depends", "goes"] : ["depend", "go"];
  if (!without) return `\n\n${names} ${depend} on it and ${go} on.`;
  const commands = dependents.map((id) => `\`/headgate skip ${id}\``).join(", ");
  return `\n\n${names} ${depend} on it and ${go} on without it. To leave out more, comment ${commands}.`;
}

/** Mentions the person that the answer is for, so that GitHub notifies them. */
function person(login: string): string {
  return /^[A-Za-z0-9-]{1,39}(\[bot\])?$/.test(login) ? `@${login}` : codeSpan(login, 40);
}

function quoted(text: string): string {
  return `“${plainText(text, 120)}”`;
}

const MAX_LINES = 100;
/** GitHub takes 65,536 characters. */
const MAX_CHARACTERS = 50_000;

/** Our own words, with names in backticks. */
function problemList(problems: readonly Problem[]): string {
  // Leaves room for all the names of a problem: cut within one, it would no longer be code.
  return bullets(problems.map(problemText), (text) => defuse(truncate(text.replace(/\s+/g, " "), 1_000)));
}

/** Words with a model's or a stranger's text in them. */
function strangersList(texts: readonly string[]): string {
  return bullets(texts, (text) => plainText(text, 300));
}

function bullets(lines: readonly string[], write: (line: string) => string): string {
  const shown: string[] = [];
  let length = 0;
  for (const line of lines.slice(0, MAX_LINES)) {
    const written = `- ${write(line)}`;
    length += written.length + 1;
    if (length > MAX_CHARACTERS) break;
    shown.push(written);
  }
  if (lines.length > shown.length) shown.push(`- and ${lines.length - shown.length} more`);
  return shown.join("\n");
}
