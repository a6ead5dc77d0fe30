/** Reads and changes the secrets and variables of a repository. */

import { ApiError } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import type { Repository } from "../../store/entities.ts";
import { type HttpContext, scopeFor } from "../kit.ts";

export type SettingKind = "secrets" | "variables";

export interface Setting {
  name: string;
  value: string;
  created_at: string;
  updated_at: string;
}

/**
 * Returns the scope if the actor may read the settings of the repository. Seeing a public repository is not enough: a scoped token
 * needs the permission, a person write access.
 */
export function settingsScope(http: HttpContext, context: SandboxContext, permission: string): RepositoryScope {
  const actor = http.get("actor");
  const isScoped = actor.kind === "token" && actor.token.permissions !== null;
  return scopeFor(http, context, permission, isScoped ? "read" : "write");
}

/**
 * Checks a name by GitHub's rules: https://docs.github.com/en/actions/reference/security/secrets#naming-your-secrets
 */
export function checkName(name: string): string {
  const upper = name.toUpperCase();
  if (/^[A-Z_][A-Z0-9_]*$/.test(upper) && !upper.startsWith("GITHUB_")) return upper;
  throw new ApiError(
    422,
    "Names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_), and must not start with GITHUB_.",
  );
}

function dateKey(repository: Repository, kind: SettingKind, name: string): string {
  return `${repository.id}:${kind}:${name.toUpperCase()}`;
}

/** Lists the settings. One that came with the repository's creation, or by hand, gets the repository's date. */
export function settingsOf(scope: RepositoryScope, kind: SettingKind): Setting[] {
  const { repository } = scope;
  const dates = scope.store.table("settingDates");
  return Object.entries(repository[kind])
    .map(([name, value]) => {
      const { createdAt, updatedAt } = dates.get(dateKey(repository, kind, name)) ?? {
        createdAt: repository.createdAt,
        updatedAt: repository.createdAt,
      };
      return { name: name.toUpperCase(), value, created_at: createdAt, updated_at: updatedAt };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

export function findSetting(scope: RepositoryScope, kind: SettingKind, name: string): Setting | undefined {
  return settingsOf(scope, kind).find((setting) => setting.name === name.toUpperCase());
}

/** Sets a value, or deletes it with null. */
export function changeSetting(scope: RepositoryScope, kind: SettingKind, name: string, value: string | null): void {
  const { store, repository } = scope;
  const upper = name.toUpperCase();
  const others = Object.entries(repository[kind]).filter(([known]) => known.toUpperCase() !== upper);
  const entries = value === null ? others : [...others, [upper, value] as const];
  const dates = store.table("settingDates");
  const id = dateKey(repository, kind, upper);
  const createdAt = dates.get(id)?.createdAt ?? store.now();
  store.transaction(() => {
    store.table("repositories").put({ ...repository, [kind]: Object.fromEntries(entries) });
    if (value === null) dates.remove(id);
    else dates.put({ id, createdAt, updatedAt: store.now() });
  });
}
