import { describe, expect, it } from "vitest";
import { api, githubWith, playGitHub, REPO, repo, sha } from "./fixture.ts";

playGitHub();

const [ours, theirs, base, blob] = [sha("a"), sha("b"), sha("c"), sha("d")];
const modified = { filename: "a.ts", status: "modified" };

function compared(from: string, to: string, files: object[], mergeBase = base): void {
  api()
    .get(`${REPO}/compare/${from}...${to}`)
    .query({ per_page: 1 })
    .reply(200, { merge_base_commit: { sha: mergeBase }, files });
}

function listed(commit: string, truncated: boolean): void {
  const tree = [{ path: "a.ts", mode: "100644", type: "blob", sha: blob, size: 10 }];
  api().get(`${REPO}/git/trees/${commit}`).query({ recursive: "1" }).reply(200, { truncated, tree });
}

describe("what two heads change", () => {
  it("is enough where it is nothing in common: no content is read", async () => {
    compared(theirs, ours, [modified]);
    compared(ours, theirs, [{ filename: "b.ts", status: "added" }]);

    expect(await githubWith().conflicts(repo, ours, theirs)).toEqual([]);
  });

  it("is unknown when they have no history in common", async () => {
    const missing = { message: "No common ancestor between them." };
    api().get(`${REPO}/compare/${theirs}...${ours}`).query({ per_page: 1 }).reply(404, missing);
    api().get(`${REPO}/compare/${ours}...${theirs}`).query({ per_page: 1 }).reply(404, missing);

    expect(await githubWith().conflicts(repo, ours, theirs)).toBe("unknown");
  });

  it("is unknown when they have two merge bases", async () => {
    compared(theirs, ours, [modified]);
    compared(ours, theirs, [modified], sha("e"));

    expect(await githubWith().conflicts(repo, ours, theirs)).toBe("unknown");
  });

  it("is unknown where GitHub lists only a part of it", async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ filename: `${index}.ts`, status: "added" }));
    compared(theirs, ours, many);
    compared(ours, theirs, [modified]);

    expect(await githubWith().conflicts(repo, ours, theirs)).toBe("unknown");
  });

  it("is unknown in a repository with too many files to list", async () => {
    compared(theirs, ours, [modified]);
    compared(ours, theirs, [modified]);
    for (const commit of [base, ours, theirs]) listed(commit, commit === base);

    expect(await githubWith().conflicts(repo, ours, theirs)).toBe("unknown");
  });
});
