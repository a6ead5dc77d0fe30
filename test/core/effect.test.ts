/**
 * Keys, orderings and repetitions are stored in the outbox and outlive a release: a change of one row asks for a migration of
 * the store. Every effect and every notice is in these tables, or they do not compile.
 */
import { describe, expect, it } from "vitest";
import type { EffectOf, ExternalEffect, Notice } from "../../src/core/effect.ts";
import { coalesces, earliestRun, effectKey, noticeKey, orderingKey } from "../../src/core/effect.ts";
import { repo, sha } from "./world.ts";

type Some<Type extends ExternalEffect["type"]> = Omit<Partial<EffectOf<Type>>, "type" | "repo">;
type Row<Type extends ExternalEffect["type"]> = [some: Some<Type>, key: string, ordering: string, again?: "coalesces"];

const head = sha("head");
const base = sha("base");
const help: Notice = { about: "help", comment: 7 };

const effects: { [Type in ExternalEffect["type"]]: Row<Type> } = {
  "feature.observe": [{ issue: 4, round: 2 }, "feature.observe:2", "issue 4"],
  "permission.observe": [{ comment: 7, by: "ada" }, "permission.observe:7", "permission ada"],
  "closing.observe": [{ issue: 4, by: "ada", round: 3 }, "closing.observe:3", "closing 4"],
  "issue.observe": [{ issue: 4, round: 2 }, "issue.observe", "issue 4", "coalesces"],
  "sub-issue.observe": [{ issue: 5, round: 2 }, "sub-issue.observe:5:2", "closing 5"],
  "sub-issue.close": [{ issue: 5, reason: "completed" }, "sub-issue.close:5", "words 5"],
  "attempt.dispatch": [{ id: "4/a/1" }, "attempt.dispatch:4/a/1", "attempt 4/a/1"],
  "attempt.observe": [{ id: "4/a/1" }, "attempt.observe:4/a/1", "attempt 4/a/1", "coalesces"],
  "attempt.cancel": [{ id: "4/a/1", run: null }, "attempt.cancel:4/a/1:unknown", "attempt 4/a/1"],
  "pull.observe": [{ pull: 9 }, "pull.observe:9", "pull 9", "coalesces"],
  "branch.observe": [{ branch: "main" }, "branch.observe:main", "branch main", "coalesces"],
  "failure.read": [{ pull: 9, head, round: 2 }, `failure.read:9:${head}:2`, "pull 9"],
  "heads.compare": [
    { pull: 9, head, ahead: 8, aheadHead: base, round: 2 },
    `heads.compare:9:${head}:8:${base}:2`,
    "heads 9",
  ],
  "plan.make": [{ issue: { number: 4, title: "", body: "" }, version: 3 }, "plan.make:3", "issue 4"],
  "plan.publish": [{ issue: 4, version: 3 }, "plan.publish", "words 4", "coalesces"],
  "plan.file": [{ issue: 4, version: 3 }, "plan.file:3", "issue 4"],
  "change.write": [{ id: "4/a/1", round: 2, branch: "b" }, "change.write:4/a/1:2", "branch b"],
  "change.promote": [{ id: "4/a/1", round: 2, branch: "b" }, "change.promote:4/a/1:2", "branch b"],
  "branch.create": [{ branch: "b", round: 2 }, "branch.create:b:2", "branch b"],
  "branch.delete": [{ branch: "b" }, "branch.delete:b", "branch b"],
  "revert.write": [{ branch: "b", round: 2 }, "revert.write:b:2", "branch b"],
  "pull.open": [{ branch: "b", round: 2 }, "pull.open:b:2", "branch b"],
  "pull.describe": [{ pull: 9 }, "pull.describe:9", "pull 9", "coalesces"],
  "pull.close": [{ pull: 9 }, "pull.close:9", "pull 9"],
  "pull.update": [{ pull: 9, head, base, round: 2 }, `pull.update:9:${head}:${base}:2`, "pull 9"],
  "checks.rerun": [{ pull: 9, head, round: 2 }, `checks.rerun:9:${head}:2`, "pull 9"],
  "pull.merge": [{ pull: 9, head, round: 2 }, `pull.merge:9:${head}:2`, "pull 9"],
  "status.publish": [{ issue: 4 }, "status.publish", "words 4", "coalesces"],
  "notice.post": [{ issue: 4, notice: help }, "notice.post:answer:7", "words 4"],
  "reaction.add": [{ comment: 7, content: "eyes" }, "reaction.add:7:eyes", "comment 7 reaction.add"],
  "issue.close": [{ issue: 4 }, "issue.close", "words 4"],
  "repository.observe": [{}, "repository.observe", "repository", "coalesces"],
};

function effectOf(type: string, some: object): ExternalEffect {
  return { type, repo, ...some } as ExternalEffect;
}

describe("an effect", () => {
  it.each(Object.entries(effects))("%s keeps its natural key, its ordering and its repetition", (type, row) => {
    const [some, key, ordering, again] = row;
    const effect = effectOf(type, some);
    expect(effectKey(effect)).toBe(key);
    expect(orderingKey(effect)).toBe(`1 ${ordering}`);
    expect(coalesces(effect)).toBe(again === "coalesces");
  });

  it("attempt.cancel of a known run is another effect than that of an unknown run", () => {
    expect(effectKey(effectOf("attempt.cancel", { id: "4/a/1", run: 101 }))).toBe("attempt.cancel:4/a/1:101");
  });

  it("with a pacing window runs at the window's end, and every other runs at once", () => {
    const pace = { statusEveryMs: 5_000, observeEveryMs: 3_000 };
    const at = (type: string, ms: number) => earliestRun(effectOf(type, { pull: 9 }), ms, pace);
    expect([1, 4_999, 5_000, 5_001].map((ms) => at("status.publish", ms))).toEqual([5_000, 5_000, 5_000, 10_000]);
    expect([1, 3_000, 3_001].map((ms) => at("pull.observe", ms))).toEqual([3_000, 3_000, 6_000]);
    const paced = Object.keys(effects).filter((type) => at(type, 1) !== 1);
    expect(paced.sort()).toEqual(["issue.observe", "pull.observe", "status.publish"]);
  });
});

const notices: { [About in Notice["about"]]: [notice: Extract<Notice, { about: About }>, key: string] } = {
  "unauthorised-label": [{ about: "unauthorised-label", by: "ada" }, "unauthorised-label:ada"],
  "unauthorised-command": [{ about: "unauthorised-command", by: "ada", comment: 7 }, "unauthorised-command:ada"],
  "malformed-command": [{ about: "malformed-command", comment: 7, text: "", fault: { kind: "no-verb" } }, "answer:7"],
  "refused-command": [{ about: "refused-command", comment: 7, refusal: { kind: "nothing-stopped" } }, "answer:7"],
  help: [{ about: "help", comment: 7 }, "answer:7"],
  "task-left-out": [
    {
      about: "task-left-out",
      task: "a",
      without: { why: "nothing-to-do", said: "" },
      pull: null,
      dependents: [],
      comment: null,
    },
    "task-left-out:a",
  ],
  "tasks-brought-back": [
    { about: "tasks-brought-back", comment: 7, back: ["a"], looking: [], staying: [], stopped: null },
    "answer:7",
  ],
  "closed-by-other": [{ about: "closed-by-other", by: "sam", round: 4 }, "closed-by-other:4"],
  "begun-anew": [{ about: "begun-anew", life: 2, by: "ada", former: "cancelled" }, "begun-anew"],
  "reopened-after-end": [{ about: "reopened-after-end", stage: "completed" }, "reopened-after-end"],
  "issue-gone": [{ about: "issue-gone", why: "deleted", by: null, issue: 4, pull: 9 }, "issue-gone:9"],
  "sub-issue-closed-by-other": [
    { about: "sub-issue-closed-by-other", by: "sam", issue: 5, task: "a", round: 4 },
    "sub-issue-closed-by-other:4",
  ],
  "nothing-to-do": [{ about: "nothing-to-do", task: "a", attempt: 2, said: "" }, "nothing-to-do:a:2"],
  stopped: [{ about: "stopped", issue: 7, event: "0197" }, "stopped:7:0197"],
  "not-ready": [{ about: "not-ready", round: 2, problems: [] }, "not-ready:2"],
  "budget-warning": [{ about: "budget-warning", extra: 5, short: ["usd", "minutes"] }, "budget-warning:usd+minutes:5"],
  "plan-errors": [{ about: "plan-errors", version: 3, problems: [], added: false }, "plan-errors:3"],
  "plan-questions": [{ about: "plan-questions", version: 3, questions: [] }, "plan-questions:3"],
};

describe("a notice", () => {
  it.each(Object.entries(notices))("%s keeps its key, which its posted comment bears", (_, [notice, key]) => {
    expect(noticeKey(notice)).toBe(key);
  });
});
