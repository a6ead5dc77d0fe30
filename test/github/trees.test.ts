import { describe, expect, it } from "vitest";
import { Refused, Unavailable } from "../../src/loop/github-port.ts";
import { api, githubWith, playGitHub, REPO, repo, sha } from "./fixture.ts";

playGitHub();

const TREES = `${REPO}/git/trees`;
const blob = (path: string, of: string, size = 3) => ({ path, mode: "100644", type: "blob", sha: sha(of), size });
const tree = (path: string, of: string) => ({ path, mode: "040000", type: "tree", sha: sha(of) });
const file = (of: string, mode = "100644", bytes = 3) => ({ mode, sha: sha(of), bytes });

describe("a commit's tree", () => {
  it("holds its files, links and submodules, and no folders", async () => {
    const submodule = { path: "lib", mode: "160000", type: "commit", sha: sha("c") };
    const entries = [blob("a.ts", "a"), tree("src", "f"), blob("src/b.ts", "b"), submodule];
    api()
      .get(`${TREES}/${sha("1")}`)
      .query({ recursive: "1" })
      .reply(200, { truncated: false, tree: entries });

    expect(Object.fromEntries(await githubWith().tree(repo, sha("1")))).toEqual({
      "a.ts": file("a"),
      "src/b.ts": file("b"),
      lib: file("c", "160000", 0),
    });
  });

  it("is read folder by folder where GitHub cut its listing short, as deep as it does", async () => {
    const whole = (of: string, truncated: boolean, entries: unknown[]) =>
      api()
        .get(`${TREES}/${sha(of)}`)
        .query({ recursive: "1" })
        .reply(200, { truncated, tree: entries });
    const level = (of: string, entries: unknown[]) =>
      api()
        .get(`${TREES}/${sha(of)}`)
        .reply(200, { truncated: false, tree: entries });
    whole("1", true, [blob("a.ts", "a"), tree("src", "2")]);
    level("1", [blob("a.ts", "a"), tree("src", "2"), tree("docs", "4")]);
    whole("2", true, [blob("b.ts", "b")]);
    level("2", [blob("b.ts", "b"), tree("deep", "3")]);
    whole("3", false, [blob("c.ts", "c")]);
    whole("4", false, [blob("d.md", "d")]);

    const files = await githubWith().tree(repo, sha("1"));
    expect([...files.keys()].sort()).toEqual(["a.ts", "docs/d.md", "src/b.ts", "src/deep/c.ts"]);
  });

  it("is refused when GitHub cuts even the listing of one folder short", async () => {
    for (const query of [{ recursive: "1" }, {}]) {
      api()
        .get(`${TREES}/${sha("1")}`)
        .query(query)
        .reply(200, { truncated: true, tree: [blob("a.ts", "a")] });
    }

    const refusal = new Refused("GitHub does not list all of the root folder: it has too many files");
    await expect(githubWith().tree(repo, sha("1"))).rejects.toEqual(refusal);
  });

  it("that names an object of a kind nobody knows makes the answer unusable, and is not skipped", async () => {
    const odd = { path: "x", mode: "100644", type: "tag", sha: sha("a") };
    api()
      .get(`${TREES}/${sha("1")}`)
      .query({ recursive: "1" })
      .reply(200, { truncated: false, tree: [odd] });

    await expect(githubWith().tree(repo, sha("1"))).rejects.toBeInstanceOf(Unavailable);
  });
});

it("a blob is read as the bytes that it is", async () => {
  const bytes = Buffer.from([0, 255, 10]);
  const answer = { content: `${bytes.toString("base64")}\n`, encoding: "base64" };
  api()
    .get(`${REPO}/git/blobs/${sha("a")}`)
    .reply(200, answer);

  expect(Buffer.from(await githubWith().blob(repo, sha("a")))).toEqual(bytes);
});
