/** Refs. https://docs.github.com/en/rest/git/refs */

import { z } from "zod";
import { ApiError, notFound } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { isBranchName, isRefName } from "../../git/plumbing/names.ts";
import { typesOf } from "../../git/plumbing/objects.ts";
import type { ObjectType } from "../../git/plumbing/reader.ts";
import { listRefs, readRef, type StoredRef } from "../../git/plumbing/stored-refs.ts";
import { moveRef } from "../../refs/move.ts";
import { mustHaveBeenMade, mustHaveMoved } from "../../refs/refusal.ts";
import { renderGitRef } from "../../render/git.ts";
import { bodyOf } from "../body.ts";
import { newRest, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const created = z.object({ ref: z.string(), sha });
const updated = z.object({ sha, force: z.boolean().default(false) });

const git = "/repos/:owner/:repo/git";

export function refRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get(`${git}/ref/:ref{.+}`, async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    return respond<"git/get-ref">(http, renderGitRef(scope, await stored(scope, `refs/${http.req.param("ref")}`)));
  });

  rest.get(`${git}/matching-refs/:ref{.+}`, async (http) => {
    const scope = scopeFor(http, context, "contents", "read");
    const found = await listRefs(context.git.at(scope.repository), `refs/${http.req.param("ref")}`);
    return respond<"git/list-matching-refs">(
      http,
      found.map((ref) => renderGitRef(scope, ref)),
    );
  });

  rest.post(`${git}/refs`, async (http) => {
    const scope = scopeFor(http, context, "contents", "write");
    const { ref, sha: to } = await bodyOf(http, created);
    if (!ref.startsWith("refs/") || ref.split("/").length < 3) {
      throw new ApiError(422, "Reference name must start with 'refs/' and contain at least 2 slashes.");
    }
    if (!mayBeWritten(ref)) throw new ApiError(422, `${ref} is not a valid ref name.`);
    const type = await typeFor(scope, ref, to);
    const outcome = await context.git.exclusive(scope.repository, () =>
      moveRef(scope, { ref, from: null, to, force: false }),
    );
    if (!outcome.moved && outcome.why === "stale") throw new ApiError(422, "Reference already exists");
    mustHaveBeenMade(outcome);
    const answer = renderGitRef(scope, { ref, sha: to, type });
    return respond<"git/create-ref", 201>(http, answer, 201, { Location: answer.url });
  });

  rest.patch(`${git}/refs/:ref{.+}`, async (http) => {
    const scope = scopeFor(http, context, "contents", "write");
    const { repository } = scope;
    const ref = `refs/${http.req.param("ref")}`;
    const { sha: to, force } = await bodyOf(http, updated);
    if (!mayBeWritten(ref)) throw new ApiError(422, "Reference does not exist");
    const type = await typeFor(scope, ref, to);
    const outcome = await context.git.exclusive(repository, async () => {
      if ((await readRef(context.git.at(repository), ref)) === null)
        throw new ApiError(422, "Reference does not exist");
      return moveRef(scope, { ref, to, force });
    });
    mustHaveMoved(outcome);
    return respond<"git/update-ref">(http, renderGitRef(scope, { ref, sha: to, type }));
  });

  rest.delete(`${git}/refs/:ref{.+}`, async (http) => {
    const scope = scopeFor(http, context, "contents", "write");
    const { repository } = scope;
    const ref = `refs/${http.req.param("ref")}`;
    if (ref === `refs/heads/${repository.defaultBranch}`) throw new ApiError(422, "Cannot delete the default branch");
    const outcome = await context.git.exclusive(repository, async () => {
      const there = mayBeWritten(ref) && (await readRef(context.git.at(repository), ref)) !== null;
      if (!there) throw new ApiError(422, "Reference does not exist");
      return moveRef(scope, { ref, to: null, force: false });
    });
    mustHaveMoved(outcome);
    return http.body(null, 204);
  });

  return rest;
}

/** Returns false for a malformed name and for `refs/pull/`, which only GitHub writes. */
function mayBeWritten(ref: string): boolean {
  if (ref.startsWith("refs/heads/")) return isBranchName(ref.slice("refs/heads/".length));
  return isRefName(ref) && !ref.startsWith("refs/pull/");
}

/** Returns the type of the object that the ref is to name. A branch takes commits only. @throws ApiError 422 */
async function typeFor(scope: RepositoryScope, ref: string, sha: string): Promise<ObjectType> {
  const [type] = await typesOf(scope.git.at(scope.repository), [sha]);
  if (type === null || type === undefined) throw new ApiError(422, "Object does not exist");
  if (ref.startsWith("refs/heads/") && type !== "commit") throw new ApiError(422, "Reference update failed");
  return type;
}

/** Returns the ref. @throws ApiError 404 */
async function stored(scope: RepositoryScope, ref: string): Promise<StoredRef> {
  const git = scope.git.at(scope.repository);
  const sha = await readRef(git, ref);
  const [type] = sha === null ? [] : await typesOf(git, [sha]);
  if (sha === null || !type) throw notFound();
  return { ref, sha, type };
}
