/** Git's objects, refs, branches, commits, comparisons and files. */
import { refused, type Stage } from "./stage.ts";

const noSha = "0123456789012345678901234567890123456789";
const base64 = (text: string) => Buffer.from(text).toString("base64");

export async function objects(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("objects");
  const { data: blob } = await ada.rest.git.createBlob({ ...at, content: "hello\n", encoding: "utf-8" });
  await ada.rest.git.getBlob({ ...at, file_sha: blob.sha });
  await ada.rest.git.getBlob({ ...at, file_sha: blob.sha, mediaType: { format: "raw" } });
  await refused(404, ada.rest.git.getBlob({ ...at, file_sha: noSha }));
  const entry = { path: "folder/hello.txt", mode: "100644", type: "blob", sha: blob.sha } as const;
  const { data: tree } = await ada.rest.git.createTree({ ...at, base_tree: "", tree: [entry] });
  await refused(422, ada.rest.git.createTree({ ...at, tree: [{ ...entry, path: "../x" }] }));
  await ada.rest.git.getTree({ ...at, tree_sha: tree.sha, recursive: "1" });
  await ada.rest.git.getTree({ ...at, tree_sha: "main" });
  await refused(404, ada.rest.git.getTree({ ...at, tree_sha: "gone" }));
  const author = { name: "Ada", email: "ada@example.org", date: "2026-01-02T03:04:05Z" };
  const { data: made } = await ada.rest.git.createCommit({ ...at, message: "Hello", tree: tree.sha, author });
  await ada.rest.git.getCommit({ ...at, commit_sha: made.sha });
  await refused(422, ada.rest.git.createCommit({ ...at, message: "x", tree: noSha }));
  await refused(404, ada.rest.git.getCommit({ ...at, commit_sha: noSha }));
}

export async function refs(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("refs");
  const first = await stage.commit(at, "main", { "a.txt": "a\n" });
  const second = await stage.commit(at, "side", { "b.txt": "b\n" });
  await ada.rest.git.createRef({ ...at, ref: "refs/tags/v1", sha: first });
  await refused(422, ada.rest.git.createRef({ ...at, ref: "refs/heads/side", sha: first }));
  await ada.rest.git.getRef({ ...at, ref: "heads/side" });
  await refused(404, ada.rest.git.getRef({ ...at, ref: "heads/gone" }));
  await ada.rest.git.listMatchingRefs({ ...at, ref: "heads/" });
  await ada.rest.git.updateRef({ ...at, ref: "heads/main", sha: second });
  await ada.rest.git.updateRef({ ...at, ref: "heads/main", sha: first, force: true });
  await refused(422, ada.rest.git.updateRef({ ...at, ref: "heads/gone", sha: first }));
  await ada.rest.git.deleteRef({ ...at, ref: "heads/side" });
  await ada.rest.git.deleteRef({ ...at, ref: "tags/v1" });
  await refused(422, ada.rest.git.deleteRef({ ...at, ref: "heads/side" }));
}

export async function branches(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("branches");
  const first = await stage.commit(at, "side", { "a.txt": "a\n" });
  await stage.commit(at, "main", { "b.txt": "b\n" });
  await stage.commit(at, "fighting", { "b.txt": "not b\n", "c.txt": "c\n" });
  await ada.rest.repos.listBranches(at);
  await refused(404, ada.rest.repos.listBranches({ owner: "ada", repo: "gone" }));
  await ada.rest.repos.getBranch({ ...at, branch: "side" });
  await refused(404, ada.rest.repos.getBranch({ ...at, branch: "gone" }));
  await ada.rest.repos.merge({ ...at, base: "main", head: "side", commit_message: "Bring the side in" });
  await ada.rest.repos.merge({ ...at, base: "main", head: "side" });
  await stage.commit(at, "main", { "b.txt": "another b\n" });
  await refused(409, ada.rest.repos.merge({ ...at, base: "main", head: "fighting" }));
  await refused(404, ada.rest.repos.merge({ ...at, base: "main", head: "gone" }));

  await ada.rest.repos.listCommits({ ...at, sha: "main", path: "a.txt", author: "ada" });
  await ada.rest.repos.listCommits({ ...at, since: "2020-01-01T00:00:00Z", per_page: 1 });
  await refused(404, ada.rest.repos.listCommits({ ...at, sha: "gone" }));
  await ada.rest.repos.getCommit({ ...at, ref: first });
  await ada.rest.repos.getCommit({ ...at, ref: "main" });
  for (const format of ["sha", "diff", "patch"]) {
    await ada.rest.repos.getCommit({ ...at, ref: "main", mediaType: { format } });
  }
  await refused(422, ada.rest.repos.getCommit({ ...at, ref: noSha }));
  await ada.rest.repos.compareCommitsWithBasehead({ ...at, basehead: "main...fighting" });
  await ada.rest.repos.compareCommitsWithBasehead({
    ...at,
    basehead: "main...fighting",
    mediaType: { format: "diff" },
  });
  await refused(404, ada.rest.repos.compareCommitsWithBasehead({ ...at, basehead: "main...gone" }));
}

export async function contents(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("contents", { "docs/guide.md": "# Guide\n", "docs/more.md": "# More\n" });
  await ada.rest.repos.getContent({ ...at, path: "" });
  // Octokit drops the trailing slash; other clients send it.
  await stage.raw("GET", `/repos/${at.owner}/${at.repo}/contents/`);
  await ada.rest.repos.getContent({ ...at, path: "docs", ref: "main" });
  await ada.rest.repos.getContent({ ...at, path: "docs/guide.md" });
  await ada.rest.repos.getContent({ ...at, path: "docs/guide.md", mediaType: { format: "raw" } });
  await refused(404, ada.rest.repos.getContent({ ...at, path: "gone.md" }));

  const guide = { ...at, path: "docs/guide.md" };
  const { data: link } = await ada.rest.git.createTree({
    ...at,
    base_tree: (await ada.rest.git.getRef({ ...at, ref: "heads/main" })).data.object.sha,
    tree: [{ path: "link.md", mode: "120000", type: "blob", content: "docs/guide.md" }],
  });
  const sub = { path: "lib", mode: "160000", type: "commit", sha: noSha } as const;
  const modules = '[submodule "lib"]\n\tpath = lib\n\turl = https://example.org/lib.git\n';
  const entry = { path: ".gitmodules", mode: "100644", type: "blob", content: modules } as const;
  const { data: tree } = await ada.rest.git.createTree({ ...at, base_tree: link.sha, tree: [sub, entry] });
  const { data: linked } = await ada.rest.git.createCommit({ ...at, message: "Link", tree: tree.sha });
  await ada.rest.git.createRef({ ...at, ref: "refs/heads/linked", sha: linked.sha });
  await ada.rest.repos.getContent({ ...at, path: "link.md", ref: "linked" });
  await ada.rest.repos.getContent({ ...at, path: "lib", ref: "linked" });
  await ada.rest.repos.getContent({ ...at, path: "", ref: "linked" });

  const { data: made } = await ada.rest.repos.createOrUpdateFileContents({
    ...at,
    path: "new.txt",
    message: "Add",
    content: base64("new\n"),
    branch: "main",
    author: { name: "Ada", email: "ada@example.org" },
  });
  const sha = made.content?.sha ?? "";
  const change = { ...at, path: "new.txt", message: "Change", content: base64("newer\n") };
  await refused(409, ada.rest.repos.createOrUpdateFileContents({ ...change, sha: noSha }));
  const { data: changed } = await ada.rest.repos.createOrUpdateFileContents({ ...change, sha });
  await refused(422, ada.rest.repos.createOrUpdateFileContents({ ...change }));
  await refused(404, ada.rest.repos.createOrUpdateFileContents({ ...change, branch: "gone", sha }));
  await refused(409, ada.rest.repos.deleteFile({ ...guide, message: "Drop", sha: noSha }));
  await refused(404, ada.rest.repos.deleteFile({ ...at, path: "gone.md", message: "Drop", sha: noSha }));
  await ada.rest.repos.deleteFile({ ...at, path: "new.txt", message: "Drop", sha: changed.content?.sha ?? "" });
}
