/** Runs the contract's world in the model. Nothing fails, and time passes only while the caller waits. */
import { ATTEMPT_WORKFLOW } from "../../../src/core/attempt.ts";
import type { ContractWorld } from "../../contract/github/kit.ts";
import { Chance } from "../chance.ts";
import { Clock } from "../clock.ts";
import { pushFiles } from "./branches.ts";
import { report } from "./checks.ts";
import { comment, openIssue, setLabel } from "./issues.ts";
import { GitHubModel } from "./model.ts";
import { ATTEMPT_FILE, blob } from "./objects.ts";
import { modelPort } from "./port.ts";
import { review } from "./pulls.ts";
import { plainWire } from "./wire.ts";

const MAINTAINER = "maya";
const STRANGER = "sam";

export function modelContractWorld(): ContractWorld {
  const clock = new Clock(Date.UTC(2026, 0, 1));
  const repo = { id: 1, owner: "acme", name: "app" };
  const github = new GitHubModel({
    clock,
    chance: new Chance("contract"),
    repo,
    announce: () => {},
    behaviour: {
      checks: [],
      job: ({ brief }) => ({ startsAfter: 1_000, lasts: 1_000, conclusion: "success", artifact: left(brief) }),
      check: () => null,
      lag: (what) => (what === "listing" || what === "head" ? 0 : 500),
      forgetsUpdate: () => false,
    },
  });
  github.people.set(MAINTAINER, "admin");
  github.people.set(STRANGER, "read");
  const files = new Map([
    ["README.md", blob("# App\n")],
    [ATTEMPT_WORKFLOW, blob(ATTEMPT_FILE)],
  ]);
  const first = github.objects.write({ files, parents: [], message: "Begin", by: MAINTAINER, at: clock.now });
  github.branches.set("main", first.sha);

  return {
    github: modelPort(github, plainWire()),
    repo,
    maintainer: MAINTAINER,
    stranger: STRANGER,
    async push(branch, changes) {
      if (!github.branches.has(branch)) github.branches.set(branch, github.tip("main"));
      if (Object.keys(changes).length === 0) return github.tip(branch);
      const blobs = Object.entries(changes).map(([path, text]) => [path, text === null ? null : blob(text)] as const);
      const sha = pushFiles(github, branch, blobs, MAINTAINER);
      clock.advance(clock.now);
      return sha;
    },
    openIssue: async (issue) => openIssue(github, issue, MAINTAINER).number,
    label: async (issue, label) => setLabel(github, github.issue(issue), label, true, MAINTAINER),
    unlabel: async (issue, label) => setLabel(github, github.issue(issue), label, false, MAINTAINER),
    comment: async (issue, body) => comment(github, github.issue(issue), body, MAINTAINER).id,
    async report(commit, name, conclusion) {
      report(github, commit, name, conclusion);
    },
    async requireChecks(branch, checks) {
      github.protection.set(branch, { checks, strict: false });
    },
    async demand(branch) {
      github.demands.set(branch, [
        { kind: "approvals", count: 2 },
        { kind: "conversations" },
        { kind: "linear-history" },
      ]);
    },
    async review(pull, by, verdict) {
      review(github, github.pull(pull), by, verdict === "APPROVE" ? "APPROVED" : "CHANGES_REQUESTED");
    },
    briefLeaving: (leaving) => JSON.stringify(leaving),
    async settle() {
      while (clock.next() !== null) clock.step();
    },
    close: async () => {},
  };
}

function left(brief: string): ReadonlyMap<string, Uint8Array> | null {
  const entries = Object.entries(JSON.parse(brief) as Record<string, string>);
  return entries.length === 0 ? null : new Map(entries.map(([name, text]) => [name, Buffer.from(text)]));
}
