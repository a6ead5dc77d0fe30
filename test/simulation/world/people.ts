/** Models people's acts at arbitrary times. */
import { taskBranch } from "../../../src/core/attempt.ts";
import { announcePull, closePull, move, pushFiles, removeBranch, reopenPull } from "../github/branches.ts";
import { isGreen, report, rerunChecks } from "../github/checks.ts";
import { closeIssue, comment, reopenIssue, setLabel } from "../github/issues.ts";
import { BOT, type GitHubModel, HttpAnswer, type Pull } from "../github/model.ts";
import { blob } from "../github/objects.ts";
import { mergePull, openPullOf, review } from "../github/pulls.ts";
import { LABEL } from "../process/replica.ts";
import { type Act, NEXT } from "../scenario/scenario.ts";
import { BROKEN, isSound } from "./contents.ts";
import { changeRules, MAINTAINER, maintain } from "./maintainer.ts";

export const STRANGER = "sam";
export const CONFIG = ".github/headgate.yml";

export interface Neighbourhood {
  github: GitHubModel;
  /** Returns the issue number of a feature by its index in the scenario, or null before it is opened. */
  issueOf(feature: number): number | null;
  configs: Record<Extract<Act, { act: "config" }>["content"], string | null>;
}

const RED_FILE = "people/red.txt";

/** Breaks the base, or takes that back. CI reports a moment later on the base's own commit. */
export function breakBase(github: GitHubModel, on: boolean): void {
  const main = github.defaultBranch;
  if (github.objects.read(github.tip(main)).files.has(RED_FILE) === on) return;
  const sha = pushFiles(github, main, [[RED_FILE, on ? blob(`${BROKEN}\n`) : null]], MAINTAINER);
  github.clock.after(5_000, () => {
    const sound = isSound(github.objects.read(sha).files);
    for (const name of github.behaviour.checks)
      report(github, sha, name, sound || name === "lint" ? "success" : "failure");
  });
}

/** Performs the act. Returns false when its target does not exist. */
export function perform({ github, issueOf, configs }: Neighbourhood, act: Act): boolean {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof HttpAnswer) return false;
    throw error;
  }

  function attempt(): boolean {
    const main = github.defaultBranch;
    if (act.act === "push-base") {
      pushFiles(github, main, [[act.path, blob(`people ${github.now}\n`)]], MAINTAINER);
      return true;
    }
    if (act.act === "rename-repository") {
      github.rename(act.name);
      return true;
    }
    if (act.act === "break-base") {
      breakBase(github, act.on);
      return true;
    }
    if (act.act === "force-base") {
      const [parent] = github.objects.read(github.tip(main)).parents;
      if (parent === undefined) return false;
      move(github, main, parent, MAINTAINER);
      return true;
    }
    if (act.act === "require-review" || act.act === "lock-base") return changeRules(github, act);
    if (act.act === "config") {
      const text = configs[act.content];
      pushFiles(github, main, [[CONFIG, text === null ? null : blob(text)]], MAINTAINER);
      return true;
    }
    const issue = issueOf(act.feature);
    if (issue === null) return false;
    switch (act.act) {
      case "label":
        setLabel(github, github.issue(issue), LABEL, act.on, act.by);
        return true;
      case "close-issue":
        closeIssue(github, github.issue(issue), act.by);
        return true;
      case "reopen-issue":
        reopenIssue(github, github.issue(issue), act.by);
        return true;
      case "say":
        comment(github, github.issue(issue), act.text, act.by);
        return true;
      default:
        return withBranch(branchOf(issue, act.task), act);
    }
  }

  function branchOf(issue: number, task: string): string {
    if (task !== NEXT) return taskBranch(issue, task);
    const open = [...github.pulls.values()].filter((pull) => pull.state === "open" && pull.by === BOT);
    const green = open.find((pull) => isGreen(github, pull.shown, github.behaviour.checks));
    return (green ?? open[0])?.head ?? "";
  }

  function withBranch(branch: string, onTask: Extract<Act, { task: string }>): boolean {
    if (onTask.act === "push-branch") {
      const text = onTask.broken ? `${BROKEN}\n` : `people ${github.now}\n`;
      pushFiles(github, branch, [["people.txt", blob(text)]], MAINTAINER);
      return true;
    }
    if (onTask.act === "delete-branch") {
      removeBranch(github, branch, MAINTAINER);
      return true;
    }
    if (onTask.act === "reopen-pull") {
      const closed = [...github.pulls.values()].filter(({ state, by }) => state === "closed" && by === BOT);
      const pull = closed.findLast(({ head }) => onTask.task === NEXT || head === branch);
      if (pull !== undefined) reopenPull(github, pull, MAINTAINER);
      return pull !== undefined;
    }
    const maintained = maintain(github, branch, onTask);
    if (maintained !== null) return maintained;
    const pull = openPullOf(github, branch, github.defaultBranch);
    return pull !== null && withPull(pull, onTask);
  }

  function withPull(pull: Pull, onTask: Extract<Act, { task: string }>): boolean {
    switch (onTask.act) {
      case "merge-pull":
        mergePull(github, pull, { head: null, method: "squash", title: "By hand", bypass: true }, MAINTAINER);
        return true;
      case "close-pull":
        closePull(github, pull, MAINTAINER);
        return true;
      case "rerun-checks":
        rerunChecks(github, pull.shown, github.behaviour.checks);
        return true;
      case "draft":
        pull.draft = onTask.on;
        announcePull(github, pull, onTask.on ? "converted_to_draft" : "ready_for_review", MAINTAINER);
        return true;
      case "review":
        review(github, pull, onTask.by, onTask.verdict);
        return true;
      default:
        return false;
    }
  }
}
