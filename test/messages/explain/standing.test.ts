import { describe, expect, it } from "vitest";
import { conflictsAhead, type Standing } from "../../../src/core/lane/standing.ts";
import { explainStanding } from "../../../src/messages/explain/standing.ts";

const mergeSha = "abcdef0123456789abcdef0123456789abcdef01";

describe("explainStanding", () => {
  it.each<[Standing | null, string]>([
    [null, "headgate: #7 has just joined Headgate's queue; it continues by itself"],
    [{ kind: "joined" }, "github: #7 has just joined Headgate's queue; it continues by itself"],
    [{ kind: "merging" }, "github: #7 is being merged; it continues by itself"],
    [
      { kind: "queue-halted", halt: { kind: "landed-tree-differs", pull: 6, mergeSha, branch: "main" } },
      "person: Headgate's queue is halted: #6 was merged as abcdef0, but the merged files are not the ones that were tested; somebody may have pushed to main at the same moment; look at what was merged, then `/headgate resume`",
    ],
    [
      { kind: "queue-halted", halt: { kind: "unknown", text: "it broke" } },
      "person: Headgate's queue is halted: it broke; look at what was merged, then `/headgate resume`",
    ],
    [{ kind: "held" }, "person: #7 is on hold; `/headgate resume` lets it merge"],
    [{ kind: "label", label: "do-not-merge" }, "person: #7 bears the label do-not-merge; take the label off"],
    [{ kind: "draft" }, "person: #7 is a draft; mark it as ready for review"],
    [
      { kind: "changes-requested", by: "bob", ofEarlierHead: false },
      "person: #7: @bob requested changes; make the changes on its branch, or dismiss the review",
    ],
    [
      { kind: "changes-requested", by: "bob", ofEarlierHead: true },
      "person: #7: @bob requested changes to an earlier commit; review it again, or dismiss the review",
    ],
    [{ kind: "updating", branch: "main" }, "github: #7 is being updated with main; it continues by itself"],
    [{ kind: "reading-failure" }, "headgate: #7: its required checks failed; it continues by itself"],
    [
      conflictsAhead(6, ["a", "b", "c", "d", "e"]),
      "headgate: #7 conflicts with #6, which is ahead of it in Headgate's queue, in a, b, c and 2 more; Headgate resolves the conflict when #6 has merged",
    ],
    [{ kind: "check", name: "unit", verdict: "pending" }, "github: #7: unit is running; it continues by itself"],
    [
      { kind: "check", name: "unit", verdict: "missing" },
      "github: #7: unit has not been reported; it continues by itself",
    ],
    [
      { kind: "check", name: "unit", verdict: "interrupted" },
      "github: #7: unit was interrupted; it continues by itself",
    ],
    [{ kind: "check", name: "unit", verdict: "fail" }, "github: #7: unit failed; it continues by itself"],
    [
      {
        kind: "check",
        name: "unit",
        verdict: "missing",
        ignored: [
          { name: "Unit", by: { kind: "job", workflow: "ci.yml" } },
          { name: "unit", by: { kind: "app", appId: 9 } },
          { name: "unit", by: { kind: "status", creator: "bob" } },
        ],
      },
      "github: #7: unit has not been reported; the job Unit of ci.yml does not count; the check run unit of App 9 does not count; the commit status unit by bob does not count; it continues by itself",
    ],
    [
      { kind: "base-red", check: "unit", branch: "main", sha: mergeSha },
      "person: #7: unit is red on main since abcdef0; fix unit on main; then this continues by itself",
    ],
    [
      { kind: "workflows-differ", branch: "main", behind: true },
      "headgate: #7 has another .github folder than main, so its checks do not count; Headgate updates it with main when its turn comes",
    ],
    [
      { kind: "workflows-differ", branch: "main", behind: false },
      "person: #7 has another .github folder than main, so its checks do not count; make its .github folder the one of main, or merge it yourself",
    ],
    [
      {
        kind: "approval",
        number: 1,
        files: [
          { path: "package.json", kind: "scripts" },
          { path: "a.test.ts", kind: "test-removed" },
        ],
        moreFiles: 0,
      },
      "person: #7 changes what its required checks do: package.json (scripts), a.test.ts (a deleted test); review and approve #7, or comment `/headgate approve parser`; both need write access",
    ],
    [
      { kind: "approval", number: 2, files: [{ path: ".vscode/tasks.json", kind: "protected" }], moreFiles: 4 },
      "person: #7 changes protected files: .vscode/tasks.json (protected) and 4 more; review and approve #7, or comment `/headgate approve parser`; both need write access",
    ],
    [
      { kind: "merge-refused", requires: { of: "approving-review", people: ["owner", "acme/core"] }, text: "No." },
      "person: #7 waits for an approving review · @owner · @acme/core; it merges by itself then",
    ],
    [
      { kind: "merge-refused", requires: null, text: "Squash merges are not allowed." },
      "person: #7 waits, because GitHub refuses to merge it: Squash merges are not allowed; allow it; Headgate then asks again by itself",
    ],
    [{ kind: "ready-for-person" }, "person: #7 is ready to merge; merge it"],
    [
      { kind: "mergeability-unknown" },
      "github: #7: GitHub is computing whether it can be merged; it continues by itself",
    ],
    [{ kind: "behind", pull: 6 }, "headgate: #7 waits for its turn behind #6; it continues by itself"],
    [{ kind: "next" }, "headgate: #7 is next in Headgate's queue; it continues by itself"],
    [
      { kind: "unknown", text: "is what an older version said", actor: "person" },
      "person: #7: is what an older version said; look at #7",
    ],
    [
      { kind: "unknown", text: "is what an older version said", actor: "github" },
      "github: #7: is what an older version said; it continues by itself",
    ],
  ])("says why a pull request is not merged, what comes next and who acts: %j", (standing, text) => {
    const { actor, reason, next } = explainStanding("parser", 7, standing);
    expect(`${actor}: ${reason}; ${next}`).toBe(text);
  });
});
