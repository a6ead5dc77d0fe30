/** Answers `/headgate retry all` and `/headgate resume` in one sentence: what came back, what did not, and why. */
import type { BroughtBack } from "../../core/feature/commands/brought-back.ts";

type StayReason = BroughtBack["staying"][number]["why"];

/** Task ids are short, and a plan may have many. */
const MAX_NAMED = 100;

const reasons: Record<StayReason, (ids: readonly string[]) => string> = {
  "own-work": (ids) =>
    `failed through ${ids.length === 1 ? "its" : "their"} own work; ${each("retry", ids)} pays for another attempt`,
  decide: (ids) => `found nothing to do; ${each("done", ids)} if that is right, else ${each("retry", ids)}`,
  "by-hand": () => "cannot be reverted safely; do that by hand, then `/headgate cancel`",
};

const stops: Record<NonNullable<BroughtBack["stopped"]>, string> = {
  held: "The feature is on hold, so nothing starts before `/headgate resume`.",
  parked:
    "The feature itself needs attention, so nothing starts before `/headgate resume`; the status comment says why.",
  closed: "Headgate cannot work in this repository now, so they start when it can again.",
};

export function broughtBackText({ back, looking, staying, stopped }: BroughtBack): string {
  const parts = [
    back.length === 0 ? "" : `brought back: ${named(back)}`,
    looking.length === 0
      ? ""
      : `reading the ${looking.length === 1 ? "pull request" : "pull requests"} of ${named(looking)} again, which ${looking.length === 1 ? "goes" : "go"} on if nothing is wrong any more`,
    ...Object.entries(reasons).map(([why, reason]) => {
      const ids = staying.filter((one) => one.why === why).map(({ task }) => task);
      return ids.length === 0
        ? ""
        : `not brought back: ${named(ids)}, because ${ids.length === 1 ? "it" : "they"} ${reason(ids)}`;
    }),
  ].filter((part) => part !== "");
  const sentence = `${capital(parts.join("; "))}.`;
  return stopped === null ? sentence : `${sentence} ${stops[stopped]}`;
}

function named(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_NAMED).map((id) => `\`${id}\``);
  return shown.join(", ").concat(ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : "");
}

/** Names the command for one task, or its form for several. */
function each(verb: "retry" | "done", ids: readonly string[]): string {
  const [only] = ids;
  return `\`/headgate ${verb} ${ids.length === 1 ? only : "<task>"}\``;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase().concat(text.slice(1));
}
