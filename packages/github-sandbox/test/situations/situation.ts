/** One thing that people do with pull requests, what GitHub answers, and where that is written. */
import type { Octokit } from "@octokit/rest";
import type { GitFixture } from "../git-fixture.ts";

export interface Situation {
  name: string;
  source: Source;
  /** Does it on a fresh repository and returns the last answer. */
  act(stage: Stage): Promise<Answer>;
  status: number;
  /** What the answer's body must at least have. */
  body: unknown;
}

interface Source {
  /**
   * `openapi`: the description of the route itself, at its heading in the REST reference. `docs`: GitHub's other pages.
   * `practice`: the answer as somebody met it, for words that GitHub documents nowhere.
   */
  kind: "openapi" | "docs" | "practice";
  url: string;
}

/** A section of the REST reference for pulls, which is made from the OpenAPI description. */
export const openapi = (heading: string): Source => ({
  kind: "openapi",
  url: `https://docs.github.com/en/rest/pulls/${heading}`,
});
export const docs = (path: string): Source => ({ kind: "docs", url: `https://docs.github.com/en/${path}` });
export const practice = (url: string): Source => ({ kind: "practice", url });

export interface Answer {
  status: number;
  body: unknown;
}

export interface Stage extends Omit<GitFixture, "close"> {
  pullAt(number: number): { owner: string; repo: string; pull_number: number };
  /** Opens a pull by the App from a branch with one new file; it is number 1. */
  pull(more?: {
    head?: string;
    base?: string;
    draft?: boolean;
    body?: string;
  }): Promise<{ head: string; number: number }>;
  /** The pull as it is once its mergeability is known. */
  settled(number: number, who?: Octokit): Promise<Answer>;
}

export function stageOf(fixture: GitFixture): Stage {
  const pullAt = (number: number) => ({ ...fixture.at, pull_number: number });
  return {
    ...fixture,
    pullAt,
    async pull({ head = "side", base = "main", ...more } = {}) {
      const sha = await fixture.commit(head, { [`${head}.txt`]: "1\n" });
      const { data } = await fixture.bot.rest.pulls.create({ ...fixture.at, title: "Add it", head, base, ...more });
      return { head: sha, number: data.number };
    },
    async settled(number) {
      await fixture.rea.rest.pulls.get(pullAt(number));
      await fixture.idle();
      return answer(fixture.rea.rest.pulls.get(pullAt(number)));
    },
  };
}

/** What came back, whether Octokit takes it for a success or not. */
export async function answer(request: Promise<{ status: number; data: unknown }>): Promise<Answer> {
  try {
    const { status, data } = await request;
    return { status, body: data };
  } catch (error) {
    const refused = error as { status: number; response?: { data: unknown } };
    if (refused.response === undefined) throw error;
    return { status: refused.status, body: refused.response.data };
  }
}
