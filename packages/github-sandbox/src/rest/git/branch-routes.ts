/** Branches, and merges of one into another. https://docs.github.com/en/rest/branches/branches */

import { z } from "zod";
import { ApiError } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { githubSignature, signatureOf } from "../../git/identity.ts";
import { isAncestor } from "../../git/plumbing/history.ts";
import { mergeTrees } from "../../git/plumbing/merging.ts";
import { branchOf } from "../../git/plumbing/names.ts";
import { writeCommit } from "../../git/plumbing/objects.ts";
import { listRefs, readRef } from "../../git/plumbing/stored-refs.ts";
import { protectionOf } from "../../protection/classic.ts";
import { isProtected } from "../../protection/guards.ts";
import { moveRef } from "../../refs/move.ts";
import { mustHaveMoved } from "../../refs/refusal.ts";
import { renderCommit } from "../../render/git.ts";
import { repositoryApi, repositoryWeb, type Schema } from "../../render/site.ts";
import { bodyOf } from "../body.ts";
import { newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { commitNamed } from "./find.ts";

const merged = z.object({ base: z.string(), head: z.string(), commit_message: z.string().nullish() });

export function branchRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get("/repos/:owner/:repo/branches", async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    const refs = await listRefs(context.git.at(scope.repository), "refs/heads/");
    const wanted = http.req.query("protected");
    const named = refs.flatMap(({ ref, sha }) => {
      const name = branchOf(ref);
      return name === null ? [] : [{ name, sha, guarded: isProtected(scope, name) }];
    });
    const found = named.filter(({ guarded }) => wanted === undefined || (wanted === "true") === guarded);
    const answer = paginate(http, found).map(({ name, sha, guarded }) => ({
      name,
      commit: { sha, url: `${repositoryApi(scope)}/commits/${sha}` },
      protected: guarded,
      ...protectionPart(scope, name),
    }));
    return respond<"repos/list-branches">(http, answer satisfies Schema<"short-branch">[]);
  });

  rest.get("/repos/:owner/:repo/branches/:branch{.+}", async (http, next) => {
    const name = http.req.param("branch");
    if (/\/protection(\/|$)/.test(name)) return next();
    const scope = scopeFor(http, context, "contents", "read");
    const sha = await readRef(context.git.at(scope.repository), `refs/heads/${name}`);
    if (sha === null) throw new ApiError(404, "Branch not found");
    const answer: Schema<"branch-with-protection"> = {
      name,
      commit: renderCommit(scope, await commitNamed(scope, sha)),
      _links: {
        self: `${repositoryApi(scope)}/branches/${name}`,
        html: `${repositoryWeb(scope)}/tree/${name}`,
      },
      protected: isProtected(scope, name),
      ...protectionPart(scope, name),
    };
    return respond<"repos/get-branch">(http, answer);
  });

  rest.post("/repos/:owner/:repo/merges", async (http) => {
    const scope = scopeFor(http, context, "contents", "write");
    const { repository } = scope;
    const body = await bodyOf(http, merged);
    const git = context.git.at(repository);
    const base = await readRef(git, `refs/heads/${body.base}`);
    if (base === null) throw new ApiError(404, "Base does not exist");
    const head = await context.git.resolve(repository, body.head);
    if (head === null) throw new ApiError(404, "Head does not exist");
    if (await isAncestor(git, head, base)) return http.body(null, 204);
    const tree = await mergeTrees(git, base, head);
    if (!("tree" in tree)) throw new ApiError(409, "Merge conflict");
    const now = context.store.now();
    const to = await writeCommit(git, {
      tree: tree.tree,
      parents: [base, head],
      message: body.commit_message ?? `Merge ${body.head} into ${body.base}`,
      author: signatureOf(scope.initiator.user, now),
      committer: githubSignature(now),
    });
    const move = { ref: `refs/heads/${body.base}`, from: base, to, force: false };
    mustHaveMoved(await context.git.exclusive(repository, () => moveRef(scope, move)));
    return respond<"repos/merge", 201>(http, renderCommit(scope, await commitNamed(scope, to)), 201);
  });

  return rest;
}

/** Renders the summary of classic protection that every branch includes. */
function protectionPart(scope: RepositoryScope, branch: string) {
  const protection = protectionOf(scope, branch);
  const required = protection?.requiredStatusChecks;
  const level = protection?.enforceAdmins ? "everyone" : "non_admins";
  return {
    protection: {
      enabled: protection !== null,
      required_status_checks: {
        enforcement_level: required ? level : "off",
        contexts: required?.checks.map(({ context }) => context) ?? [],
        checks: required?.checks.map(({ context, appId }) => ({ context, app_id: appId })) ?? [],
      },
    },
    protection_url: `${repositoryApi(scope)}/branches/${encodeURIComponent(branch)}/protection`,
  };
}
