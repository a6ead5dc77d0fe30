/** https://docs.github.com/en/rest/actions/artifacts */
import { readFile } from "node:fs/promises";
import type { Hub } from "../../hub.ts";
import { ApiError, newRest, notFound, paginate, type Rest, type RestContext, repositoryFor } from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import { artifact as renderArtifact } from "../../shapes/actions.ts";
import type { Artifact, Repository } from "../../world/entities.ts";
import type { Artifacts } from "../artifacts/store.ts";
import type { Downloads } from "./downloads.ts";
import { artifactFor, runFor } from "./find.ts";

export function artifactRoutes(hub: Hub, artifacts: Artifacts, downloads: Downloads): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions";

  function list(context: RestContext, repository: Repository, all: readonly Artifact[]) {
    const name = context.req.query("name");
    const wanted = all
      .filter((artifact) => name === undefined || name === "" || artifact.name === name)
      .sort((left, right) => right.id - left.id);
    const rendered = paginate(context, wanted).map((entity) => renderArtifact(hub, repository, entity));
    return respond<"actions/list-artifacts-for-repo">(context, { total_count: wanted.length, artifacts: rendered });
  }

  rest.get(`${root}/artifacts`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const own = hub.world.table("artifacts").filter((artifact) => artifact.repositoryId === repository.id);
    return list(context, repository, own);
  });

  rest.get(`${root}/runs/:run/artifacts`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    return list(context, repository, artifacts.ofRun(runFor(context, hub, repository).id));
  });

  rest.get(`${root}/artifacts/:artifact`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    return respond<"actions/get-artifact">(
      context,
      renderArtifact(hub, repository, artifactFor(context, hub, repository)),
    );
  });

  rest.get(`${root}/artifacts/:artifact/zip`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const artifact = artifactFor(context, hub, repository);
    if (artifact.expiresAt < hub.world.now()) throw new ApiError(410, "Artifact has expired");
    return context.redirect(downloads.url(`artifact/${artifact.id}`), 302);
  });

  rest.delete(`${root}/artifacts/:artifact`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "write");
    artifacts.remove(artifactFor(context, hub, repository));
    return context.body(null, 204);
  });

  rest.get("/_downloads/artifact/:artifact", async (context) => {
    const artifact = hub.world.table("artifacts").get(Number(context.req.param("artifact")));
    const { expires = "", signature = "" } = context.req.query();
    if (artifact === undefined || !downloads.allows(`artifact/${artifact.id}`, expires, signature)) throw notFound();
    const zip = await readFile(artifacts.path(artifact));
    return context.body(new Uint8Array(zip), 200, {
      "Content-Type": "application/zip",
      "Content-Disposition": `attachment; filename="${encodeURIComponent(artifact.name)}.zip"`,
    });
  });
  return rest;
}
