/** Contents of files, and commits that change one file. https://docs.github.com/en/rest/repos/contents */

import { z } from "zod";
import { ApiError, notFound } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { githubSignature, signatureOf } from "../../git/identity.ts";
import { isFilePath } from "../../git/plumbing/names.ts";
import { readBlob, readCommit, type Signature, writeBlob, writeCommit } from "../../git/plumbing/objects.ts";
import { readRef } from "../../git/plumbing/stored-refs.ts";
import { submoduleUrl } from "../../git/plumbing/submodules.ts";
import { entryAt, readTree, type TreeEntry, writeTree } from "../../git/plumbing/trees.ts";
import { moveRef } from "../../refs/move.ts";
import { mustHaveCommitted } from "../../refs/refusal.ts";
import {
  renderContentEntry,
  renderContentFile,
  renderContentSubmodule,
  renderContentSymlink,
  renderGitCommit,
} from "../../render/git.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { checkedPath } from "./find.ts";
import { mediaType, textAnswer } from "./media.ts";

const person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime({ offset: true }).optional() });

const change = z.object({
  message: z.string(),
  branch: z.string().optional(),
  sha: z.string().nullish(),
  author: person.optional(),
  committer: person.optional(),
});
const put = change.extend({ content: z.string() });

type Change = z.output<typeof change>;

/**
 * GitHub leaves the content of larger files out: https://docs.github.com/en/rest/repos/contents#get-repository-content
 */
const largestShown = 1024 * 1024;

export function contentRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  async function show(http: HttpContext, path: string): Promise<Response> {
    const scope = scopeFor(http, context, "contents", "read");
    const { repository } = scope;
    if (path !== "" && !isFilePath(path)) throw notFound();
    const ref = http.req.query("ref") ?? repository.defaultBranch;
    const commit = await context.git.resolve(repository, ref);
    if (commit === null) throw new ApiError(404, `No commit found for the ref ${ref}`);
    const git = context.git.at(repository);
    const entry = path === "" ? null : await entryAt(git, commit, path);
    if (path !== "" && entry === null) throw notFound();
    if (entry === null || entry.type === "tree") {
      const entries = (await readTree(git, `${commit}:${path}`, false)) ?? [];
      const prefix = path === "" ? "" : `${path}/`;
      return respond<"repos/get-content">(
        http,
        entries.map((each) => renderContentEntry(scope, ref, `${prefix}${each.path}`, each)),
      );
    }
    if (entry.type === "commit") {
      const url = await submoduleUrl(git, commit, path);
      return respond<"repos/get-content">(http, renderContentSubmodule(scope, ref, path, entry, url));
    }
    return showFile(http, scope, ref, path, entry);
  }

  async function showFile(http: HttpContext, scope: RepositoryScope, ref: string, path: string, entry: TreeEntry) {
    const content = await readBlob(context.git.at(scope.repository), entry.sha);
    if (content === null) throw notFound();
    if (mediaType(http) === "raw") return textAnswer(http, "raw", content);
    if (entry.mode === "120000") {
      const target = content.toString("utf8");
      return respond<"repos/get-content">(http, renderContentSymlink(scope, ref, path, entry, target));
    }
    const answer = renderContentFile(scope, ref, path, entry, content);
    return respond<"repos/get-content">(
      http,
      content.length > largestShown ? { ...answer, content: "", encoding: "none" } : answer,
    );
  }

  rest.get("/repos/:owner/:repo/contents", (http) => show(http, ""));
  rest.get("/repos/:owner/:repo/contents/", (http) => show(http, ""));
  rest.get("/repos/:owner/:repo/contents/:path{.+}", (http) => show(http, http.req.param("path")));

  /** Writes `content` (null: deletes the file) to the branch in one commit. */
  async function commitFile(http: HttpContext, body: Change, content: Buffer | null): Promise<Response> {
    const scope = scopeFor(http, context, "contents", "write");
    const { repository } = scope;
    const path = checkedPath(http.req.param("path") ?? "", "path");
    const branch = body.branch ?? repository.defaultBranch;
    return context.git.exclusive(repository, async () => {
      const git = context.git.at(repository);
      const tip = await readRef(git, `refs/heads/${branch}`);
      if (tip === null && branch !== repository.defaultBranch) throw new ApiError(404, `Branch ${branch} not found`);
      const old = tip === null ? null : await entryAt(git, tip, path);
      const verb = verbFor(path, body, old, content);
      const blob = content === null ? null : await writeBlob(git, content);
      const tree = await writeTree(git, tip, [{ path, mode: old?.mode ?? "100644", sha: blob }]);
      const { author, committer } = signatures(body, scope.initiator.user);
      const { message } = body;
      const to = await writeCommit(git, { tree, parents: tip === null ? [] : [tip], message, author, committer });
      const move = { ref: `refs/heads/${branch}`, from: tip, to, force: false };
      mustHaveCommitted(await moveRef(scope, move), verb, path, tip ?? branch);
      const [commit, entry] = await Promise.all([readCommit(git, to), entryAt(git, to, path)]);
      if (commit === null) throw new Error(`commit ${to} is not readable`);
      const answer = {
        content: entry === null ? null : contentOf(scope, branch, path, entry),
        commit: renderGitCommit(scope, commit),
      };
      return verb === "create"
        ? respond<"repos/create-or-update-file-contents", 201>(http, answer, 201)
        : respond<"repos/create-or-update-file-contents" | "repos/delete-file">(http, answer);
    });
  }

  function signatures(
    body: Change,
    user: Parameters<typeof signatureOf>[0],
  ): { author: Signature; committer: Signature } {
    const now = context.store.now();
    const given = (who: z.output<typeof person>): Signature => ({ ...who, date: who.date ?? now });
    const own = signatureOf(user, now);
    const committer = body.committer ? given(body.committer) : null;
    return {
      author: body.author ? given(body.author) : (committer ?? own),
      committer: committer ?? githubSignature(now),
    };
  }

  rest.put("/repos/:owner/:repo/contents/:path{.+}", async (http) => {
    scopeFor(http, context, "contents", "write");
    const body = await bodyOf(http, put);
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(body.content)) throw new ApiError(422, "content is not valid Base64");
    return commitFile(http, body, Buffer.from(body.content, "base64"));
  });

  rest.delete("/repos/:owner/:repo/contents/:path{.+}", async (http) => {
    scopeFor(http, context, "contents", "write");
    // Octokit sends a body, other clients a query.
    const body = await bodyOf(http, change.partial({ message: true }));
    const all = { ...http.req.query(), ...body };
    return commitFile(http, change.parse({ message: "", ...all }), null);
  });

  return rest;
}

/** Renders the file of a `file-commit`. Its fields are not nullable, unlike those of a listing. */
function contentOf(scope: RepositoryScope, ref: string, path: string, entry: TreeEntry) {
  const { git_url, html_url, download_url, _links, ...rest } = renderContentEntry(scope, ref, path, entry);
  return {
    ...rest,
    git_url: git_url ?? "",
    html_url,
    download_url: download_url ?? "",
    _links: { self: _links.self, git: _links.git ?? "", html: _links.html },
  };
}

/**
 * Returns the verb of the commit's message: create, update or delete. @throws ApiError if `sha` is missing or not that
 * of the present file.
 */
function verbFor(
  path: string,
  body: Change,
  old: TreeEntry | null,
  content: Buffer | null,
): "create" | "update" | "delete" {
  if (old?.type === "tree") throw new ApiError(422, `${path} is a directory`);
  if (content === null && old === null) throw notFound();
  if (old === null) return "create";
  // GitHub requires `sha` for an update or deletion: https://docs.github.com/en/rest/repos/contents
  if (!body.sha) throw new ApiError(422, `Invalid request.\n\n"sha" wasn't supplied.`);
  if (body.sha !== old.sha) throw new ApiError(409, `${path} does not match ${body.sha}`);
  return content === null ? "delete" : "update";
}
