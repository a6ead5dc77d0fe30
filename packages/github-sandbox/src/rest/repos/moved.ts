/**
 * Redirects requests under a repository's former name, as GitHub does: reads with 301 and all others with 307, to the same route below
 * `/repositories/{id}`. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
 */
import { may } from "../../access/permissions.ts";
import { installationAt } from "../../access/tokens.ts";
import type { SandboxContext } from "../../context.ts";
import { movedRepository } from "../../repositories/change.ts";
import { findRepository } from "../../repositories/make.ts";
import type { Repository } from "../../store/entities.ts";
import type { HttpContext, Rest } from "../kit.ts";

export function redirectMoved(api: Rest, context: SandboxContext): void {
  api.use("/repos/:owner/:repo/*", async (http, next) => {
    const { owner = "", repo = "" } = http.req.param();
    const present = findRepository(context.store, owner, repo);
    const moved = present === undefined ? movedRepository(context.store, owner, repo) : undefined;
    if (moved === undefined || !isVisible(http, context, moved)) return next();
    const { pathname, search } = new URL(http.req.url);
    const rest = /\/repos\/[^/]+\/[^/]+(.*)$/.exec(pathname)?.[1] ?? "";
    const url = `${context.apiUrl()}/repositories/${moved.id}${rest}${search}`;
    const isRead = http.req.method === "GET" || http.req.method === "HEAD";
    const documentation_url =
      "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects";
    return http.json({ message: "Moved Permanently", url, documentation_url }, isRead ? 301 : 307, { Location: url });
  });
}

function isVisible(http: HttpContext, { store }: SandboxContext, repository: Repository): boolean {
  const actor = http.get("actor");
  if (actor.kind === "app") return installationAt(store, actor.app.id, repository) !== undefined;
  return may(actor, repository, "metadata", "read");
}

/** Answers what GitHub's redirects and page links name by id, under the repository's present name. */
export function routeById(web: Rest, api: Rest, { store }: SandboxContext): void {
  web.all("/api/v3/repositories/*", (http) => {
    const { pathname, search } = new URL(http.req.url);
    const [, id, rest = ""] = /\/repositories\/(\d+)(\/.*)?$/.exec(pathname) ?? [];
    const repository = store.table("repositories").get(Number(id));
    const path = repository === undefined ? pathname : `/repos/${repository.owner}/${repository.name}${rest}`;
    return api.fetch(new Request(new URL(`${path}${search}`, http.req.url), http.req.raw), http.env);
  });
}
