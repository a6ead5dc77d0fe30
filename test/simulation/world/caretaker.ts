/** People who, once all is calm, put right what waits for them: every parked feature must be able to go on. */
import type { FeatureState } from "../../../src/core/feature/state.ts";
import { isOver } from "../../../src/core/feature/state.ts";
import { actorOf } from "../../../src/core/lane/standing.ts";
import { announcePull, pushFiles } from "../github/branches.ts";
import { endCheck, report } from "../github/checks.ts";
import type { Hub } from "../github/hub.ts";
import { comment, setLabel } from "../github/issues.ts";
import { blob, textOf } from "../github/objects.ts";
import { mergePull, review } from "../github/pulls.ts";
import { LABEL } from "../process/replica.ts";
import { isSound } from "./contents.ts";
import { CONFIG, MAINTAINER } from "./people.ts";

const HANGS_MS = 10 * 60_000;

/** Whether there was anything to do. */
export function caretake(
  hub: Hub,
  states: readonly (FeatureState | null)[],
  configs: { good: string | null },
): boolean {
  const open = states.filter((state) => state !== null && !isOver(state)) as FeatureState[];
  if (open.length === 0) return false;
  const config = hub.objects.read(hub.tip(hub.defaultBranch)).files.get(CONFIG);
  if (configs.good !== null && (config === undefined || textOf(config) !== configs.good)) {
    pushFiles(hub, hub.defaultBranch, [[CONFIG, blob(configs.good)]], MAINTAINER);
  }
  for (const state of open) tend(hub, state);
  return true;
}

function tend(hub: Hub, state: FeatureState): void {
  const issue = hub.issue(state.issue.number);
  const say = (command: string) => comment(hub, issue, `/headgate ${command}`, MAINTAINER);
  setLabel(hub, issue, LABEL, true, MAINTAINER);
  for (const task of state.tasks) {
    const pull = task.pull === null ? undefined : hub.pulls.get(task.pull);
    if (pull?.state === "open") {
      for (const [login, verdict] of pull.reviews) {
        if (verdict === "CHANGES_REQUESTED") review(hub, pull, login, "DISMISSED");
      }
      if (pull.draft) {
        pull.draft = false;
        announcePull(hub, pull, "ready_for_review", MAINTAINER);
      }
      // What nobody reports any more, somebody has run again.
      for (const check of hub.checks) {
        const hangs = check.conclusion === null && hub.now - (check.startedAt ?? 0) > HANGS_MS;
        if (check.sha !== pull.shown || !hangs) continue;
        endCheck(hub, check, "cancelled");
        const sound = check.name === "lint" || isSound(hub.objects.read(check.sha).files);
        report(hub, check.sha, check.name, sound ? "success" : "failure");
      }
      const standing = task.stage === "in-lane" ? task.entry.standing : null;
      if (state.policy?.merge.mode === "ready" && standing !== null && actorOf(standing) === "person") {
        mergeByHand(hub, task.pull);
      }
    }
  }
  if (state.parked?.kind === "budget-short") say("budget +50");
  say("resume");
  if (state.stage === "proposed") say("approve");
  for (const task of state.tasks) if (task.stage === "parked") say(`retry ${task.plan.id}`);
}

function mergeByHand(hub: Hub, number: number | null): void {
  const pull = number === null ? undefined : hub.pulls.get(number);
  if (pull === undefined || hub.objects.merge(hub.tip(pull.base), pull.shown) === null) return;
  mergePull(hub, pull, { head: null, method: "squash", title: "By hand", bypass: true }, MAINTAINER);
}
