/** What the parts of the contract of `GitHub` share: the world they play in, and the scenes they begin with. */
import { createHash } from "node:crypto";
import type { Repo } from "../../../src/core/github.ts";
import type { GitHub, SeenPull } from "../../../src/loop/github-port.ts";

export { ATTEMPT_WORKFLOW as WORKFLOW } from "../../../src/core/attempt.ts";

/** A repository with a branch `main` that holds `README.md` ("# App\n") and the attempt workflow, and people around it. */
export interface ContractWorld {
  github: GitHub;
  repo: Repo;
  /** Logins: one who may write, and one who has nothing to do with the repository. */
  maintainer: string;
  stranger: string;
  /** The maintainer commits to a branch, made from `main` if there is none; null deletes a file. Gives the commit. */
  push(branch: string, files: Record<string, string | null>): Promise<string>;
  openIssue(issue: { title: string; body: string; labels: string[] }): Promise<number>;
  label(issue: number, label: string): Promise<void>;
  unlabel(issue: number, label: string): Promise<void>;
  /** The maintainer comments. */
  comment(issue: number, body: string): Promise<number>;
  /** Another App's check run on a commit; null: still under way. */
  report(commit: string, name: string, conclusion: "success" | "failure" | null): Promise<void>;
  requireChecks(branch: string, names: string[]): Promise<void>;
  /** Protects a branch by two approvals, resolved conversations and a linear history. */
  demand(branch: string): Promise<void>;
  /** Reviews a pull's present head as another person. */
  review(pull: number, by: string, verdict: "APPROVE" | "REQUEST_CHANGES"): Promise<void>;
  /** The brief of an attempt whose job leaves these files in its artifact. */
  briefLeaving(files: Record<string, string>): string;
  /** Resolves when the server is idle: no job runs, no mergeability is being computed. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface Scene {
  world: ContractWorld;
  github: GitHub;
  repo: Repo;
  /** A name that no other test has. */
  fresh(word: string): string;
  openIssue(labels?: string[]): Promise<number>;
  /** A pull of one new file against a base of its own. */
  openPull(): Promise<{ number: number; head: string; branch: string; base: string; file: string }>;
  /** The pull once GitHub has made up its mind about it; asking is what makes it begin. */
  settled(pull: number): Promise<SeenPull>;
}

export function sceneOf(world: ContractWorld): Scene {
  const { github, repo } = world;
  let unique = 0;

  function fresh(word: string): string {
    unique += 1;
    return `${word}-${unique}`;
  }

  return {
    world,
    github,
    repo,
    fresh,
    openIssue: (labels = []) => world.openIssue({ title: "An issue", body: "Its text", labels }),
    async openPull() {
      const base = fresh("base");
      const branch = fresh("topic");
      const file = `${branch}.txt`;
      const start = await world.push(base, { "start.txt": "start\n" });
      await github.moveBranch(repo, branch, null, start);
      const head = await world.push(branch, { [file]: "topic\n" });
      const { number } = await github.openPull(repo, {
        head: branch,
        base,
        commit: head,
        title: "A pull",
        body: "Why",
      });
      return { number, head, branch, base, file };
    },
    async settled(pull) {
      await world.settle();
      await github.pull(repo, pull);
      await world.settle();
      return github.pull(repo, pull);
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
