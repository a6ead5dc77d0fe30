/** What moved between judging a change and pushing it: nothing that somebody else pushed is lost, and nothing half done stays. */
import { expect, it } from "vitest";
import type { EffectOf } from "../../src/core/effect.ts";
import { performChangePromote } from "../../src/loop/effects/branches.ts";
import type { GitHub } from "../../src/loop/github-port.ts";
import type { Outside } from "../../src/loop/outside.ts";

const [from, judged, theirs] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const effect = {
  type: "change.promote",
  repo: { id: 1, owner: "ada", name: "shop" },
  branch: "headgate/7/parser",
  task: "parser",
  attempt: 1,
  id: "7/parser/1",
  from,
  commit: judged,
} as unknown as EffectOf<"change.promote">;

/** The branch's tip, as it is and as it is when the push arrives. */
function github(tips: (string | null)[], messages: Record<string, string> = {}) {
  const pushed: (string | null)[] = [];
  let tip = tips[0] ?? null;
  const port = {
    branchTip: async () => tip,
    commit: async (_: unknown, sha: string) => ({ message: messages[sha] ?? "somebody's work", tree: "", parents: [] }),
    moveBranch: async (_: unknown, __: unknown, expected: string | null, to: string) => {
      tip = tips[1] === undefined ? tip : tips[1];
      if (tip !== expected) return "taken";
      pushed.push(to);
      tip = to;
      return "moved";
    },
  } as unknown as GitHub;
  return { outside: { github: port } as Outside, pushed, tip: () => tip };
}

const refused = { type: "change.refused", failure: { class: "head-moved", cause: { kind: "branch-moved" } } };

it.each([
  ["was pushed to before", [theirs]],
  ["was deleted before", [null]],
  ["is pushed to while the App pushes", [from, theirs]],
  ["is deleted while the App pushes", [from, null]],
])("a judged change is refused when its branch %s, and the branch stays as it is", async (_, tips) => {
  const { outside, pushed, tip } = github(tips);
  expect(await performChangePromote(outside, effect)).toMatchObject(refused);
  expect(pushed).toEqual([]);
  expect(tip()).toBe(tips.at(-1));
});

it("a judged change is pushed exactly onto the commit that it was judged against", async () => {
  const { outside, pushed } = github([from]);
  expect(await performChangePromote(outside, effect)).toMatchObject({ type: "change.promoted", head: judged });
  expect(pushed).toEqual([judged]);
});

it.each([
  ["before", [judged]],
  ["at the same moment", [from, judged]],
])("a judged change that an earlier try pushed %s is found and not pushed again", async (_, tips) => {
  const { outside, pushed } = github(tips);
  expect(await performChangePromote(outside, effect)).toMatchObject({ type: "change.promoted", head: judged });
  expect(pushed).toEqual([]);
});

it.each([
  ["before", [theirs]],
  ["at the same moment", [from, theirs]],
])("a commit that was pushed %s is not taken for the judged one, whatever its message says", async (_, tips) => {
  const { outside, pushed } = github(tips, { [theirs]: "Make a parser\n\nHeadgate-Attempt: 7/parser/1\n" });
  expect(await performChangePromote(outside, effect)).toMatchObject(refused);
  expect(pushed).toEqual([]);
});
