/** Answers and news on the issue, each said once. */
import type { Cause } from "../core/cause.ts";
import type { Notice } from "../core/effect.ts";
import { commandList } from "./commands.ts";
import { causeText } from "./explain/cause.ts";
import { refusalText } from "./explain/refusal.ts";
import { noticeMarker } from "./markers.ts";
import { codeSpan, defuse, plainText, truncate } from "./sanitise.ts";

/** Markdown whose first line is the notice's marker. */
export function noticeComment(notice: Notice): string {
  return `${noticeMarker(notice)}\n${words(notice)}`;
}

function words(notice: Notice): string {
  switch (notice.about) {
    case "unauthorised-label":
      return `${person(notice.by)} put the label on, but starting a feature takes write access to this repository. Nothing runs. Somebody with write access can take the label off and put it on again.`;
    case "unauthorised-command":
      return `${person(notice.by)}, commands take write access to this repository. Nothing was done.`;
    case "malformed-command":
      return `I did not understand ${quoted(notice.text)}: ${plainText(notice.reason, 500)}\n\n${commandList()}`;
    case "refused-command":
      return plainText(refusalText(notice.refusal), 2_000);
    case "help":
      return `A command stands at the beginning of a line of a comment:\n\n${commandList()}`;
    case "not-ready":
      return `Headgate cannot start here yet:\n\n${problemList(notice.problems)}\n\nThen comment \`/headgate resume\`.`;
    case "budget-warning":
      return `More than 80 % of this feature's budget is spent (${notice.short.join(", ")}). It goes on until nothing more fits; \`/headgate budget +5\` adds dollars, \`/headgate hold\` stops it.`;
    case "plan-questions":
      return `Before this can be planned, please answer:\n\n${errorList(notice.questions)}\n\nThe answer of somebody with write access is read and the feature planned anew. \`/headgate plan\` plans without one.`;
    case "plan-errors":
      if (notice.added)
        return `What was added to this feature cannot be taken in, and it goes on without it. What is wrong:\n\n${errorList(notice.errors)}\n\nMend that, then take the label off and put it on again.`;
      return `The plan cannot be used; nothing was started. What is wrong with it:\n\n${errorList(notice.errors)}\n\nThen comment \`/headgate resume\` for a new plan.`;
  }
}

/** Whom the answer is for; GitHub tells them. */
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
function problemList(problems: readonly string[]): string {
  // Room for all the names that one has: cut within one, it would no longer be code.
  return bullets(problems, (problem) => defuse(truncate(problem.replace(/\s+/g, " "), 1_000)));
}

/** A model's ids and paths are in these. */
function errorList(errors: readonly (string | Cause)[]): string {
  const texts = errors.map((error) => (typeof error === "string" ? error : causeText(error)));
  return bullets(texts, (error) => plainText(error, 300));
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
