/** The context of renderers, node ids, and the URLs of repositories. */
import type { components } from "@octokit/openapi-types";
import type { Repository } from "../store/entities.ts";
import type { Store } from "../store/store.ts";

/** The store and the URLs. `SandboxContext` and the host of Actions have this form. */
export interface RenderContext {
  store: Store;
  apiUrl(): string;
  serverUrl(): string;
}

/** A renderer's context and the repository that it renders in. Every `RepositoryScope` is one. */
export interface RenderScope extends RenderContext {
  readonly repository: Repository;
}

/** A schema of GitHub's OpenAPI description by its name, webhook payloads included. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** A webhook's payload without the fields that every webhook has. `webhooks/webhook-event.ts` adds those. */
export type Payload<Name extends keyof components["schemas"]> = Omit<
  components["schemas"][Name],
  "action" | "repository" | "sender" | "organization" | "installation" | "enterprise"
>;

/** Makes GitHub's opaque global id: base64 of the kind and the number. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64");
}

/** Reads a global id; null if it is none. */
export function readNodeId(id: string): { kind: string; id: string } | null {
  const [, kind, rest] = /^([A-Za-z]+):(.+)$/s.exec(Buffer.from(id, "base64").toString("utf8")) ?? [];
  return kind === undefined || rest === undefined ? null : { kind, id: rest };
}

export function repositoryApi(scope: RenderScope): string {
  const { repository } = scope;
  return `${scope.apiUrl()}/repos/${repository.owner}/${repository.name}`;
}

export function repositoryWeb(scope: RenderScope): string {
  const { repository } = scope;
  return `${scope.serverUrl()}/${repository.owner}/${repository.name}`;
}
