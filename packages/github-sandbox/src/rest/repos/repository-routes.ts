/** Repositories and collaborators. https://docs.github.com/en/rest/repos/repos */

import { z } from "zod";
import { forbidden, notFound, unprocessable } from "../../access/errors.ts";
import { may, roleOf } from "../../access/permissions.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { renderFullRepository, renderRepository } from "../../render/repository.ts";
import type { Schema } from "../../render/site.ts";
import { renderSimpleUser } from "../../render/user.ts";
import { changeRepository, deleteRepository, isArchived } from "../../repositories/change.ts";
import { findRepository, isRepositoryName, makeRepository } from "../../repositories/make.ts";
import type { Role, User } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { actingUser, newRest, paginate, type Rest, scopeFor, scopeToAdminister } from "../kit.ts";
import { respond } from "../respond.ts";

const created = z.object({
  name: z.string().refine(isRepositoryName, "must be a repository name"),
  description: z.string().nullish(),
  private: z.boolean().default(false),
  allow_merge_commit: z.boolean().default(true),
  allow_squash_merge: z.boolean().default(true),
  allow_rebase_merge: z.boolean().default(true),
  delete_branch_on_merge: z.boolean().default(false),
});

/** The fields that a client can change. */
const changed = z.object({
  description: z.string().nullish(),
  allow_merge_commit: z.boolean().optional(),
  allow_squash_merge: z.boolean().optional(),
  allow_rebase_merge: z.boolean().optional(),
  allow_auto_merge: z.boolean().optional(),
  delete_branch_on_merge: z.boolean().optional(),
  name: z.string().refine(isRepositoryName, "must be a repository name").optional(),
  default_branch: z.string().optional(),
  archived: z.boolean().optional(),
});

export function repositoryRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get("/repos/:owner/:repo", (http) => {
    const scope = scopeFor(http, context, "metadata", "read");
    return respond<"repos/get">(http, renderFullRepository(context, scope.repository, http.get("actor")));
  });

  rest.patch("/repos/:owner/:repo", async (http) => {
    const scope = scopeToAdminister(http, context);
    const { id, owner } = scope.repository;
    const body = await bodyOf(http, changed);
    const present = context.store.table("repositories").get(id);
    if (present === undefined) throw notFound();
    const repository = {
      ...present,
      description: body.description === undefined ? present.description : body.description,
      allowMergeCommit: body.allow_merge_commit ?? present.allowMergeCommit,
      allowSquashMerge: body.allow_squash_merge ?? present.allowSquashMerge,
      allowRebaseMerge: body.allow_rebase_merge ?? present.allowRebaseMerge,
      allowAutoMerge: body.allow_auto_merge ?? present.allowAutoMerge,
      deleteBranchOnMerge: body.delete_branch_on_merge ?? present.deleteBranchOnMerge,
      name: body.name ?? present.name,
      archived: body.archived ?? isArchived(present),
      defaultBranch: body.default_branch ?? present.defaultBranch,
    };
    const named = findRepository(context.store, owner, repository.name);
    if (named !== undefined && named.id !== id) {
      const message = "name already exists on this account";
      throw unprocessable("Repository", [{ field: "name", code: "custom", message }]);
    }
    if (repository.defaultBranch !== present.defaultBranch) {
      if ((await context.git.resolve(present, `refs/heads/${repository.defaultBranch}`)) === null) {
        const message = "The branch was not found. Please push that ref first or create it via the Git Data API.";
        throw unprocessable("Repository", [{ field: "default_branch", code: "invalid", message }]);
      }
      await context.git.setDefaultBranch(present, repository.defaultBranch);
    }
    if (!repository.allowMergeCommit && !repository.allowSquashMerge && !repository.allowRebaseMerge) {
      const message = "at least one merge method must be enabled";
      throw unprocessable("Repository", [{ field: "merge_commit_allowed", code: "invalid", message }]);
    }
    const kept = changeRepository(scope, repository);
    return respond<"repos/update">(http, renderFullRepository(context, kept, http.get("actor")));
  });

  rest.delete("/repos/:owner/:repo", (http) => {
    deleteRepository(scopeToAdminister(http, context));
    return http.body(null, 204);
  });

  rest.post("/user/repos", async (http) => {
    const owner = actingUser(http);
    if (owner.type !== "User") throw forbidden();
    const body = await bodyOf(http, created);
    if (findRepository(context.store, owner.login, body.name) !== undefined) {
      const message = "name already exists on this account";
      throw unprocessable("Repository", [{ field: "name", code: "custom", message }], "Repository creation failed.");
    }
    const repository = await makeRepository(context, owner, {
      name: body.name,
      description: body.description ?? null,
      private: body.private,
      defaultBranch: "main",
      allowMergeCommit: body.allow_merge_commit,
      allowSquashMerge: body.allow_squash_merge,
      allowRebaseMerge: body.allow_rebase_merge,
      deleteBranchOnMerge: body.delete_branch_on_merge,
    });
    return respond<"repos/create-for-authenticated-user", 201>(
      http,
      renderFullRepository(context, repository, http.get("actor")),
      201,
    );
  });

  rest.get("/user/repos", (http) => {
    const user = actingUser(http);
    if (user.type !== "User") throw forbidden();
    const reached = context.store.table("repositories").filter((repository) => roleOf(repository, user) !== null);
    return respond<"repos/list-for-authenticated-user">(
      http,
      paginate(http, reached).map((repository) => renderRepository(context, repository)),
    );
  });

  rest.get("/users/:login/repos", (http) => {
    const user = userNamed(context, http.req.param("login"));
    const actor = http.get("actor");
    const seen = context.store
      .table("repositories")
      .filter((repository) => repository.ownerId === user.id && may(actor, repository, "metadata", "read"));
    return respond<"repos/list-for-user">(
      http,
      paginate(http, seen).map((repository) => renderRepository(context, repository)),
    );
  });

  rest.get("/repos/:owner/:repo/collaborators/:login", (http) => {
    const scope = scopeFor(http, context, "metadata", "read");
    if (roleOf(scope.repository, userNamed(context, http.req.param("login"))) === null) throw notFound();
    return http.body(null, 204);
  });

  rest.get("/repos/:owner/:repo/collaborators/:login/permission", (http) => {
    const scope = scopeFor(http, context, "metadata", "read");
    return respond<"repos/get-collaborator-permission-level">(
      http,
      collaboratorPermission(scope, userNamed(context, http.req.param("login"))),
    );
  });

  return rest;
}

export function userNamed(context: Pick<SandboxContext, "store">, login: string): User {
  const user = context.store.table("users").find((each) => each.login.toLowerCase() === login.toLowerCase());
  if (user === undefined) throw notFound();
  return user;
}

/** `permission` has three levels: it gives maintain as write and triage as read. `role_name` has all five. */
const legacy: Record<Role, "admin" | "write" | "read"> = {
  admin: "admin",
  maintain: "write",
  write: "write",
  triage: "read",
  read: "read",
};

function collaboratorPermission(scope: RepositoryScope, user: User) {
  const { repository } = scope;
  const role = roleOf(repository, user) ?? (repository.private ? null : "read");
  return {
    permission: role === null ? "none" : legacy[role],
    role_name: role ?? "none",
    user: {
      ...renderSimpleUser(scope, user),
      role_name: role ?? "none",
      permissions: {
        admin: role === "admin",
        maintain: role === "admin" || role === "maintain",
        push: role !== null && legacy[role] !== "read",
        triage: role !== null && role !== "read",
        pull: role !== null,
      },
    },
  } satisfies Schema<"repository-collaborator-permission">;
}
