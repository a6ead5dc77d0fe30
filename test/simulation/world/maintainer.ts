/** Models what a maintainer changes of a pull request and of the rules of its base, and how each is taken back. */
import { announcePull, createBranch, labelPull, retarget } from "../github/branches.ts";
import { BOT, type GitHubModel, type Pull } from "../github/model.ts";
import { mergePull } from "../github/pulls.ts";
import { type Act, NEXT } from "../scenario/scenario.ts";

export const MAINTAINER = "maya";

/** A branch of the maintainer's, which is no base of Headgate's. */
const SIDE = "maya/side";

/** Changes the protection of the base. Returns false where it has none: GitHub then merges whatever Headgate asks for. */
export function changeRules(github: GitHubModel, act: Extract<Act, { act: "require-review" | "lock-base" }>): boolean {
  const rules = github.protection.get(github.defaultBranch);
  if (rules === undefined) return false;
  rules.changedAt = github.now;
  if (act.act === "lock-base") rules.locked = act.on;
  else rules.approvals = act.on ? 1 : 0;
  return true;
}

/** Performs an act on a pull of the branch. Returns false where there is none, and null for an act of another kind. */
export function maintain(github: GitHubModel, branch: string, act: Extract<Act, { task: string }>): boolean | null {
  const ours = [...github.pulls.values()].filter(({ by }) => by === BOT);
  const of = (wanted: (pull: Pull) => boolean) =>
    ours.findLast((pull) => wanted(pull) && (act.task === NEXT || pull.head === branch));
  switch (act.act) {
    case "retarget-pull": {
      const pull = ours.find(({ state, head }) => state === "open" && head === branch);
      if (pull === undefined) return false;
      if (!github.branches.has(SIDE)) createBranch(github, SIDE, github.tip(github.defaultBranch), MAINTAINER);
      retarget(github, pull, SIDE, MAINTAINER);
      return true;
    }
    case "retarget-back": {
      const pull = of(({ state, base }) => state === "open" && base === SIDE);
      if (pull !== undefined) retarget(github, pull, pull.openedInto, MAINTAINER);
      return pull !== undefined;
    }
    case "merge-elsewhere": {
      const pull = of(({ state, base }) => state === "open" && base === SIDE);
      if (pull === undefined) return false;
      mergePull(github, pull, { head: null, method: "squash", title: "Elsewhere", bypass: true }, MAINTAINER);
      return true;
    }
    case "title-pull": {
      const pull = of(({ state }) => state === "open");
      if (pull === undefined) return false;
      pull.title = act.title;
      announcePull(github, pull, "edited", MAINTAINER);
      return true;
    }
    case "label-pull": {
      const labelled = of(({ state, labels }) => state === "open" && labels.has(act.label));
      const pull = act.on ? ours.find(({ state, head }) => state === "open" && head === branch) : labelled;
      if (pull !== undefined) labelPull(github, pull, act.label, act.on, MAINTAINER);
      return pull !== undefined;
    }
    case "restore-branch": {
      const pull = of(({ state, head }) => state === "closed" && !github.branches.has(head));
      if (pull !== undefined) createBranch(github, pull.head, pull.shown, MAINTAINER);
      return pull !== undefined;
    }
    default:
      return null;
  }
}
