/** Runs every situation on the sandbox and compares the answer with GitHub's. Each names its source. */
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
