import { expect, it } from "vitest";
import { judgePlan } from "../../../src/core/plan.ts";
import { planProblemText } from "../../../src/messages/problems/plan.ts";

const task = { id: "a", title: "Make a" };

it.each([
  [null, /^plan: .*expected object/],
  [{ tasks: [] }, /^a plan has at least one task$/],
  [{ tasks: [{ ...task, id: "a b" }] }, /^task 'a b': an id is 1 to 40 of a-z, 0-9 and '-'$/],
  [{ tasks: [{ ...task, id: 7 }] }, /^task number 1, id: .*expected string/],
  [{ tasks: [{ ...task, id: "land" }] }, /^task 'land': that id is reserved/],
  [{ tasks: [{ ...task, files: ["../x"] }] }, /^task 'a', files.0: a path must stay inside the repository$/],
  [{ tasks: [{ ...task, dependsOn: ["b"] }] }, /^task 'a' depends on 'b', which is not in the plan$/],
  [{ land: "never", tasks: [task] }, /^land: /],
])("what is wrong with the plan %j is said with the task and the field", (candidate, words) => {
  const verdict = judgePlan(candidate);
  expect(verdict.ok ? [] : verdict.problems.map(planProblemText)).toEqual([expect.stringMatching(words)]);
});
