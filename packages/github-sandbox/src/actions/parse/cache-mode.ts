/** Reads `cache-mode`, what a job may do with the cache: https://github.blog/changelog/2026-09-10-control-github-actions-cache-access-with-cache-mode */
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

/** Returns null when the file sets no mode. */
export function cacheAccessOf(template: Template | undefined): CacheAccess | null {
  return modes[asText(template) ?? ""] ?? null;
}

/** The access of a run whose files set no mode. A `pull_request_target` run saves nothing: its caches would reach trusted runs. */
export function defaultCacheAccess(event: string): CacheAccess {
  return { restore: true, save: event !== "pull_request_target" };
}

/** Limits a called workflow to the access of its caller. */
export function within(asked: CacheAccess | null, given: CacheAccess): CacheAccess {
  if (asked === null) return given;
  return { restore: asked.restore && given.restore, save: asked.save && given.save };
}
