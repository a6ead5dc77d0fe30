/** What a job may do with the cache: https://github.blog/changelog/2026-09-10-control-github-actions-cache-access-with-cache-mode */
import { asText, type Template } from "./template.ts";

export interface CacheAccess {
  restore: boolean;
  save: boolean;
}

const modes: Record<string, CacheAccess> = {
  read: { restore: true, save: false },
  write: { restore: true, save: true },
  "write-only": { restore: false, save: true },
  none: { restore: false, save: false },
};

/** null when the file says nothing of it. */
export function cacheAccessOf(template: Template | undefined): CacheAccess | null {
  return modes[asText(template) ?? ""] ?? null;
}

/** What an event's runs have that say nothing: nobody whom the repository does not trust may write for the others. */
export function defaultCacheAccess(event: string): CacheAccess {
  return { restore: true, save: event !== "pull_request_target" };
}

/** A called workflow has no more than its caller. */
export function within(asked: CacheAccess | null, given: CacheAccess): CacheAccess {
  if (asked === null) return given;
  return { restore: asked.restore && given.restore, save: asked.save && given.save };
}
