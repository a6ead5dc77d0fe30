/**
 * Breaks the words that keep checks from running: `[skip ci]` in a title or message would leave a required check missing for ever, or
 * land a commit on the base that nothing tests.
 * https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs
 */

/** Draws nothing, so that people read the words as they were. */
const BREAK = "\u200b";
const BRACKETED = /\[(?=\s{0,9}(?:(?:skip|no)[\s_-]{1,9}[\w-]{1,30}|[\w-]{1,30}[\s_-]{1,9}skip)\s{0,9}\])/gi;
const STARRED = /\*\*\*(?=NO_CI\*\*\*)/gi;
const TRAILER = /\b(skip-)(?=checks\s{0,9}:)/gi;

export function withoutSkips(text: string): string {
  return text.replace(BRACKETED, `$&${BREAK}`).replace(STARRED, `***${BREAK}`).replace(TRAILER, `$1${BREAK}`);
}
