/** Serves clone, fetch and push over HTTP at `/{owner}/{repo}[.git]/…`. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { authenticate } from "../access/authenticate.ts";
import { ApiError } from "../access/errors.ts";
import { type Actor, may } from "../access/permissions.ts";
import { type RepositoryScope, type SandboxContext, scopeOf } from "../context.ts";
import { runBackend } from "./backend.ts";
import { newPacking, type ServePack } from "./packing.ts";
import { receivePush } from "./receive.ts";

type Service = "git-upload-pack" | "git-receive-pack";

interface Asked {
  owner: string;
  name: string;
  /** The path after the repository. */
  rest: "info/refs" | Service;
  service: Service;
}

/** A refusal in plain text; git prints it as `remote: …`. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Returns a handler that answers git's requests and returns true. It returns false for all other requests and leaves
 * them alone.
 */
export function gitHttp(context: SandboxContext): (request: IncomingMessage, response: ServerResponse) => boolean {
  const servePack = newPacking();
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://git");
    const path = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(
      url.pathname,
    );
    if (path === null) return false;
    const [, owner = "", name = "", rest = ""] = path;
    const service = rest === "info/refs" ? url.searchParams.get("service") : rest;
    const asked = { owner, name, rest, service } as Asked;
    serve(context, asked, servePack, request, response).catch((error: unknown) => refuse(response, error));
    return true;
  };
}

async function serve(
  context: SandboxContext,
  asked: Asked,
  servePack: ServePack,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { rest, service } = asked;
  if (service !== "git-upload-pack" && service !== "git-receive-pack") {
    throw new Refused(403, "Please upgrade your git client.");
  }
  if (request.method !== (rest === "info/refs" ? "GET" : "POST")) throw new Refused(405, "Method not allowed.");
  const actor = authenticate(context, request.headers.authorization);
  const scope = admitted(context, asked, actor);
  if (rest === "git-upload-pack") return servePack(scope, request, response);
  if (rest === "info/refs") return runBackend(scope, request, response, asked);
  if (actor.kind !== "token") throw new ApiError(401, "Requires authentication");
  const initiator = { user: actor.user, byJobToken: actor.token.kind === "job" };
  return receivePush({ ...scope, initiator }, request, response);
}

/**
 * Returns the scope if the actor may use the service there. Anonymous clients of a hidden repository get 401,
 * others 404.
 */
function admitted(context: SandboxContext, { owner, name, service }: Asked, actor: Actor): RepositoryScope {
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  const repository = context.store
    .table("repositories")
    .find((each) => same(each.owner, owner) && same(each.name, name));
  const level = service === "git-receive-pack" ? "write" : "read";
  if (repository !== undefined && may(actor, repository, "contents", level)) return scopeOf(context, repository);
  if (actor.kind !== "token") throw new ApiError(401, "Authentication required.");
  if (repository === undefined || !may(actor, repository, "metadata", "read")) {
    throw new Refused(404, "Repository not found.");
  }
  throw new Refused(403, `Permission to ${repository.owner}/${repository.name}.git denied to ${actor.user.login}.`);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof Refused || error instanceof ApiError ? error.status : 500;
  const message = error instanceof Error && status !== 500 ? error.message : "Internal server error.";
  const challenge = status === 401 ? { "WWW-Authenticate": 'Basic realm="GitHub"' } : {};
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", ...challenge });
  response.end(`${message}\n`);
}
