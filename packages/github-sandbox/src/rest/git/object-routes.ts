/** The Git database: blobs, trees, commits. https://docs.github.com/en/rest/git */

import { z } from "zod";
import { ApiError, notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { signatureOf } from "../../git/identity.ts";
import { type GitDir, GitError } from "../../git/plumbing/dir.ts";
import { isSha } from "../../git/plumbing/names.ts";
import { readBlob, readCommit, type Signature, typesOf, writeBlob, writeCommit } from "../../git/plumbing/objects.ts";
import { readTree, type TreeChange, writeTree } from "../../git/plumbing/trees.ts";
import { renderGitCommit, renderGitTree, wrappedBase64 } from "../../render/git.ts";
import { nodeId, repositoryApi, type Schema } from "../../render/site.ts";
import { bodyOf } from "../body.ts";
import { actingUser, newRest, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { checkedPath, shaNamed } from "./find.ts";
import { mediaType, textAnswer } from "./media.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/);

const newBlob = z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });

const newTree = z.object({
  base_tree: z.string().nullish(),
  tree: z
    .array(
      z.object({
        path: z.string().min(1),
        mode: z.enum(["100644", "100755", "040000", "160000", "120000"]),
        type: z.enum(["blob", "tree", "commit"]).optional(),
        sha: sha.nullish(),
        content: z.string().optional(),
      }),
    )
    .max(100_000),
});

const person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime({ offset: true }).optional() });

const newCommit = z.object({
  message: z.string(),
  tree: sha,
  parents: z.array(sha).default([]),
  author: person.optional(),
  committer: person.optional(),
});

/** GitHub truncates recursive listings at this length: https://docs.github.com/en/rest/git/trees#get-a-tree */
const shownEntries = 100_000;

const badObject = () => new ApiError(422, "GitRPC::BadObjectState");

export function objectRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const git = "/repos/:owner/:repo/git";

  rest.post(`${git}/blobs`, async (http) => {
    const scope = scopeFor(http, context, "contents", "write");
    const { content, encoding } = await bodyOf(http, newBlob);
    const blob = await writeBlob(
      context.git.at(scope.repository),
      Buffer.from(content, encoding === "base64" ? "base64" : "utf8"),
    );
    const url = `${repositoryApi(scope)}/git/blobs/${blob}`;
    return respond<"git/create-blob", 201>(http, { sha: blob, url } satisfies Schema<"short-blob">, 201, {
      Location: url,
    });
  });

  rest.get(`${git}/blobs/:sha`, async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    const object = http.req.param("sha");
    const content = isSha(object) ? await readBlob(context.git.at(scope.repository), object) : null;
    if (content === null) throw notFound();
    if (mediaType(http) === "raw") return textAnswer(http, "raw", content);
    const blob: Schema<"blob"> = {
      sha: object,
      node_id: nodeId("Blob", object),
      url: `${repositoryApi(scope)}/git/blobs/${object}`,
      size: content.length,
      content: wrappedBase64(content),
      encoding: "base64",
    };
    return respond<"git/get-blob">(http, blob);
  });

  rest.post(`${git}/trees`, async (http) => {
    const scope = scopeFor(http, context, "contents", "write");
    const body = await bodyOf(http, newTree);
    const dir = context.git.at(scope.repository);
    const base = body.base_tree ? await treeOf(dir, body.base_tree) : null;
    const made = await writeTree(dir, base, await treeChanges(dir, body.tree)).catch(refusedObject);
    const entries = (await readTree(dir, made, false)) ?? [];
    return respond<"git/create-tree", 201>(http, renderGitTree(scope, made, entries, false), 201);
  });

  rest.get(`${git}/trees/:sha{.+}`, async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    const dir = context.git.at(scope.repository);
    const name = http.req.param("sha");
    const tree = (await treeOf(dir, name).catch(() => null)) ?? (await treeOf(dir, await shaNamed(scope, name)));
    // Any value of `recursive` counts, even 0 or false.
    const entries = await readTree(dir, tree, http.req.query("recursive") !== undefined);
    if (entries === null) throw notFound();
    const truncated = entries.length > shownEntries;
    return respond<"git/get-tree">(http, renderGitTree(scope, tree, entries.slice(0, shownEntries), truncated));
  });

  rest.post(`${git}/commits`, async (http) => {
    const scope = scopeFor(http, context, "contents", "write");
    const body = await bodyOf(http, newCommit);
    const dir = context.git.at(scope.repository);
    const types = await typesOf(dir, [body.tree, ...body.parents]);
    if (types[0] !== "tree") throw new ApiError(422, "Tree SHA does not exist");
    if (types.slice(1).some((type) => type !== "commit"))
      throw new ApiError(422, "Parent SHA does not exist or is not a commit object");
    const now = context.store.now();
    const signed = (given: z.output<typeof person>): Signature => ({ ...given, date: given.date ?? now });
    const author = body.author ? signed(body.author) : signatureOf(actingUser(http), now);
    const committer = body.committer ? signed(body.committer) : author;
    const { message, tree, parents } = body;
    const made = await readCommit(dir, await writeCommit(dir, { message, tree, parents, author, committer }));
    if (made === null) throw badObject();
    const answer = renderGitCommit(scope, made);
    return respond<"git/create-commit", 201>(http, answer, 201, { Location: answer.url });
  });

  rest.get(`${git}/commits/:sha`, async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    const object = http.req.param("sha");
    const found = isSha(object) ? await readCommit(context.git.at(scope.repository), object) : null;
    if (found === null) throw notFound();
    return respond<"git/get-commit">(http, renderGitCommit(scope, found));
  });

  return rest;
}

/** Returns the tree that a SHA names, its own or its commit's. @throws ApiError 422 */
async function treeOf(git: GitDir, name: string): Promise<string> {
  if (!isSha(name)) throw badObject();
  const tree = await git.objects.find(`${name}^{tree}`);
  if (tree === null) throw badObject();
  return tree.sha;
}

async function treeChanges(git: GitDir, entries: z.output<typeof newTree>["tree"]): Promise<TreeChange[]> {
  const changes: TreeChange[] = [];
  for (const { path, mode, sha: object, content } of entries) {
    checkedPath(path, "tree.path");
    if (object === undefined && content === undefined)
      throw new ApiError(422, "tree.sha or tree.content must be given");
    const made = content === undefined ? (object ?? null) : await writeBlob(git, Buffer.from(content, "utf8"));
    changes.push({ path, mode, sha: made });
  }
  const objects = changes.filter((change) => change.mode !== "160000").flatMap((change) => change.sha ?? []);
  const types = await typesOf(git, objects);
  const missing = objects.find((_, index) => types[index] === null);
  if (missing !== undefined) throw new ApiError(422, `tree.sha ${missing} is not a valid object`);
  return changes;
}

function refusedObject(error: unknown): never {
  throw error instanceof GitError ? badObject() : error;
}
