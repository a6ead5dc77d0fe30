/** Tells whose reviews count: those of people with write access. Anyone who can read a public repository can submit one. */
import { type ChangeRequest, MAX_CHANGE_REQUESTS } from "../../core/github.ts";
import type { Approval, SeenPull } from "../../loop/github-port.ts";

/** A reviewer's last verdict. */
export interface LastVerdict {
  /** null: the account is deleted. */
  by: { login: string; isPerson: boolean } | null;
  state: string;
  body: string;
  /** The head that it is about. null: GitHub does not say. */
  head: string | null;
}

export type MayWrite = (login: string) => boolean | Promise<boolean>;
type Reviewed = Pick<SeenPull, "changesRequestedBy" | "changesWishedBy" | "changeRequests" | "approvals">;

/** The part of one review, in characters, that an agent receives. */
const REVIEW_CHARACTERS = 6_000;
/** Reviewers whose permission is read. A query says it of people, so that mostly REST's first look asks for each. */
const MAX_REVIEWERS = 100;
const MAX_APPROVALS = 5;

/** @param verdicts Each reviewer's last one, oldest first. */
export async function readReviews(verdicts: readonly LastVerdict[], mayWrite: MayWrite): Promise<Reviewed> {
  const { holding, wishing, unknown } = await byAccess(verdicts, mayWrite);
  const changeRequests = requestsOf(holding);
  const changesWishedBy = wishing.map(loginOf).slice(-MAX_CHANGE_REQUESTS);
  return {
    changesRequestedBy: [...unknown, ...holding].map(loginOf),
    approvals: await approvalsOf(verdicts, mayWrite),
    ...(changeRequests.length === 0 ? {} : { changeRequests }),
    ...(changesWishedBy.length === 0 ? {} : { changesWishedBy }),
  };
}

/**
 * Separates the change requests of people with write access from those of others, which hold no merge. The permission of those
 * beyond the limit is unknown, so they hold too.
 */
async function byAccess(
  verdicts: readonly LastVerdict[],
  mayWrite: MayWrite,
): Promise<{ holding: LastVerdict[]; wishing: LastVerdict[]; unknown: LastVerdict[] }> {
  const asking = verdicts.filter(({ state }) => state === "CHANGES_REQUESTED");
  const holding: LastVerdict[] = [];
  const wishing: LastVerdict[] = [];
  for (const verdict of asking.slice(-MAX_REVIEWERS)) {
    const holds = verdict.by !== null && (await mayWrite(verdict.by.login));
    (holds ? holding : wishing).push(verdict);
  }
  return { holding, wishing, unknown: asking.slice(0, -MAX_REVIEWERS) };
}

function loginOf({ by }: LastVerdict): string {
  return by?.login ?? "ghost";
}

/** Returns the texts of change requests for an agent. A stranger's text must not reach it, so callers pass only people's with write access. */
function requestsOf(holding: readonly LastVerdict[]): ChangeRequest[] {
  return holding
    .flatMap(({ by, body, head }) =>
      by === null || head === null || body.trim() === ""
        ? []
        : [{ by: by.login, head, text: body.slice(0, REVIEW_CHARACTERS).toWellFormed() }],
    )
    .slice(0, MAX_CHANGE_REQUESTS);
}

/** Returns the approvals of people with write access, newest first. A job's token can approve, where a repository allows it. */
async function approvalsOf(verdicts: readonly LastVerdict[], mayWrite: MayWrite): Promise<Approval[]> {
  const approving = verdicts.filter(({ state, by }) => state === "APPROVED" && by?.isPerson === true);
  const approvals: Approval[] = [];
  for (const { by, head } of approving.toReversed().slice(0, MAX_REVIEWERS)) {
    if (by === null || head === null || !(await mayWrite(by.login))) continue;
    approvals.push({ by: by.login, head });
    if (approvals.length === MAX_APPROVALS) break;
  }
  return approvals;
}
