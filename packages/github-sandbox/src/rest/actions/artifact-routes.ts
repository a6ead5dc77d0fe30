/** Artifacts. https://docs.github.com/en/rest/actions/artifacts */

import { readFile } from "node:fs/promises";
import { ApiError, notFound } from "../../access/errors.ts";
import type { Artifacts } from "../../actions/built-in/artifacts/store.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { renderArtifact } from "../../render/actions.ts";
import type { Artifact } from "../../store/entities.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import type { Downloads } from "./downloads.ts";
import { artifactFor, runFor } from "./find.ts";

export function artifactRoutes(context: SandboxContext, artifacts: Artifacts, downloads: Downloads): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions";

  function list(http: HttpContext, scope: RepositoryScope, all: readonly Artifact[]) {
    const name = http.req.query("name");
    const wanted = all
      .filter((artifact) => name === undefined || name === "" || artifact.name === name)
      .sort((left, right) => right.id - left.id);
    const rendered = paginate(http, wanted).map((entity) => renderArtifact(scope, entity));
    return respond<"actions/list-artifacts-for-repo">(http, { total_count: wanted.length, artifacts: rendered });
  }

  rest.get(`${root}/artifacts`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const own = context.store.table("artifacts").filter((artifact) => artifact.repositoryId === scope.repository.id);
    return list(http, scope, own);
  });

  rest.get(`${root}/runs/:run/artifacts`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    return list(http, scope, artifacts.ofRun(runFor(http, scope).id));
  });

  rest.get(`${root}/artifacts/:artifact`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    return respond<"actions/get-artifact">(http, renderArtifact(scope, artifactFor(http, scope)));
  });

  rest.get(`${root}/artifacts/:artifact/zip`, (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const artifact = artifactFor(http, scope);
    if (artifact.expiresAt < context.store.now()) throw new ApiError(410, "Artifact has expired");
    return http.redirect(downloads.url(`artifact/${artifact.id}`), 302);
  });

  rest.delete(`${root}/artifacts/:artifact`, (http) => {
    const scope = scopeFor(http, context, "actions", "write");
    artifacts.remove(artifactFor(http, scope));
    return http.body(null, 204);
  });

  rest.get("/_downloads/artifact/:artifact", async (http) => {
    const artifact = context.store.table("artifacts").get(Number(http.req.param("artifact")));
    const { expires = "", signature = "" } = http.req.query();
    if (artifact === undefined || !downloads.allows(`artifact/${artifact.id}`, expires, signature)) throw notFound();
    const zip = await readFile(artifacts.path(artifact));
    return http.body(new Uint8Array(zip), 200, {
      "Content-Type": "application/zip",
      "Content-Disposition": `attachment; filename="${encodeURIComponent(artifact.name)}.zip"`,
    });
  });
  return rest;
}
