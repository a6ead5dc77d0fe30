/** Defines a situation: an action on a pull request, GitHub's answer, and its source. */
import type { Octokit } from "@octokit/rest";
import type { GitFixture } from "../git-fixture.ts";

export interface Situation {
  name: string;
  source: Source;
  /** Acts on a fresh repository and returns the last answer. */
  act(stage: Stage): Promise<Answer>;
  status: number;
  /** The fields that the answer's body must have. */
  body: unknown;
}

interface Source {
  /**
   * `openapi`: the route's description in the REST reference. `docs`: GitHub's other pages. `practice`: an answer
   * quoted by a user, for messages that GitHub does not document.
   */
  kind: "openapi" | "docs" | "practice";
  url: string;
}

/** Links a section of the REST reference for pulls. */
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
  /** Opens pull 1 as the App, from a branch with one new file. */
  pull(more?: {
    head?: string;
    base?: string;
    draft?: boolean;
    body?: string;
  }): Promise<{ head: string; number: number }>;
  /** Returns the pull once its mergeability is known. */
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

/** Returns the answer, also where Octokit throws. */
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
