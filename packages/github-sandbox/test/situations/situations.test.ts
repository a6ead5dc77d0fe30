/**
 * What people do with pull requests, each done on the sandbox and held against what GitHub documents or was seen to
 * answer; the source stands beside each. `openapi` and `docs` are GitHub's own words; `practice` is somebody's log.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitFixture, startGitFixture } from "../git-fixture.ts";
import { branches } from "./branches.ts";
import { merging } from "./merging.ts";
import { opening } from "./opening.ts";
import { reviewing } from "./reviewing.ts";
import { stageOf } from "./situation.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

describe.each(Object.entries({ opening, merging, branches, reviewing }))(
  "situations documented by GitHub, %s:",
  (_, situations) => {
    it.each(situations)("$name ($source.kind: $source.url)", async ({ act, status, body }) => {
      const given = await act(stageOf(fixture));
      expect(given.status).toBe(status);
      if (typeof body === "object" && body !== null && !("asymmetricMatch" in body)) {
        expect(given.body).toMatchObject(body);
      } else {
        expect(given.body).toEqual(body);
      }
    });
  },
);
