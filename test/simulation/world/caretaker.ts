/** Plays the maintainers after all faults have ended: fixes everything that waits for a person, so that every feature can end. */
import type { FeatureState } from "../../../src/core/feature/state.ts";
import { isOver } from "../../../src/core/feature/state.ts";
import { actorOf } from "../../../src/core/lane/standing.ts";
import { announcePull, labelPull, pushFiles, retarget } from "../github/branches.ts";
import { endCheck, report } from "../github/checks.ts";
import { comment, setLabel } from "../github/issues.ts";
import type { GitHubModel } from "../github/model.ts";
import { blob, textOf } from "../github/objects.ts";
import { approvingPeople, mergePull, review } from "../github/pulls.ts";
import { LABEL } from "../process/replica.ts";
import { isSound } from "./contents.ts";
import { changeRules, MAINTAINER } from "./maintainer.ts";
import { breakBase, CONFIG } from "./people.ts";

const HANGS_MS = 10 * 60_000;

/** Returns true where a feature was open. */
export function caretake(
  github: GitHubModel,
  states: readonly (FeatureState | null)[],
  configs: { good: string | null },
): boolean {
  const open = states.filter((state) => state !== null && !isOver(state)) as FeatureState[];
  if (open.length === 0) return false;
  const config = github.objects.read(github.tip(github.defaultBranch)).files.get(CONFIG);
  if (configs.good !== null && (config === undefined || textOf(config) !== configs.good)) {
    pushFiles(github, github.defaultBranch, [[CONFIG, blob(configs.good)]], MAINTAINER);
  }
  breakBase(github, false);
  changeRules(github, { act: "lock-base", on: false });
  for (const state of open) tend(github, state);
  return true;
}

function tend(github: GitHubModel, state: FeatureState): void {
  const issue = github.issue(state.issue.number);
  const say = (command: string) => comment(github, issue, `/headgate ${command}`, MAINTAINER);
  setLabel(github, issue, LABEL, true, MAINTAINER);
  for (const task of state.tasks) {
    const pull = task.pull === null ? undefined : github.pulls.get(task.pull);
    if (pull?.state === "open") {
      for (const [login, verdict] of pull.reviews) {
        if (verdict === "CHANGES_REQUESTED") review(github, pull, login, "DISMISSED");
      }
      if (pull.base !== pull.openedInto) retarget(github, pull, pull.openedInto, MAINTAINER);
      for (const label of pull.labels.keys()) labelPull(github, pull, label, false, MAINTAINER);
      if ((github.protection.get(pull.base)?.approvals ?? 0) > approvingPeople(github, pull).length) {
        review(github, pull, MAINTAINER, "APPROVED");
      }
      if (pull.draft) {
        pull.draft = false;
        announcePull(github, pull, "ready_for_review", MAINTAINER);
      }
      // Runs a check again that hangs.
      for (const check of github.checks) {
        const hangs = check.conclusion === null && github.now - (check.startedAt ?? 0) > HANGS_MS;
        if (check.sha !== pull.shown || !hangs) continue;
        endCheck(github, check, "cancelled");
        const sound = check.name === "lint" || isSound(github.objects.read(check.sha).files);
        report(github, check.sha, check.name, sound ? "success" : "failure");
      }
      const standing = task.stage === "in-lane" ? task.entry.standing : null;
      if (standing?.kind === "approval") say(`approve ${task.plan.id}`);
      else if (
        state.policy?.merge.mode === "ready" &&
        standing?.kind !== "base-red" &&
        standing !== null &&
        actorOf(standing) === "person"
      ) {
        mergeByHand(github, task.pull);
      }
    }
  }
  if (state.parked?.kind === "budget-short") say("budget +50");
  say("resume");
  if (state.stage === "proposed") say("approve");
  for (const task of state.tasks) if (task.stage === "parked") say(`retry ${task.plan.id}`);
}

function mergeByHand(github: GitHubModel, number: number | null): void {
  const pull = number === null ? undefined : github.pulls.get(number);
  if (pull === undefined || github.objects.merge(github.tip(pull.base), pull.shown) === null) return;
  mergePull(github, pull, { head: null, method: "squash", title: "By hand", bypass: true }, MAINTAINER);
}
