/** Reads a repository: people's permissions, files, and the branch protection of its base branch. */
import { z } from "zod";
import type { Permission, Repo, RequiredCheck } from "../core/github.ts";
import { Permission as PermissionLevel } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import { rulesOf } from "./rulesets.ts";

type Repositories = Pick<
  GitHub,
  "repository" | "permission" | "defaultBranch" | "readFile" | "listFiles" | "requiredChecks"
>;

const Repository = z.object({
  id: z.number().int(),
  owner: z.object({ login: z.string().min(1) }),
  name: z.string().min(1),
  archived: z.boolean(),
});
const Content = z.object({
  type: z.string(),
  encoding: z.string().optional(),
  content: z.string().optional(),
  sha: z.string(),
});
const Blob = z.object({ content: z.string(), encoding: z.literal("base64") });
const Tree = z.object({ tree: z.array(z.object({ path: z.string(), type: z.string() })) });

const Branch = z.object({
  protection: z
    .object({
      required_status_checks: z
        .object({
          contexts: z.array(z.string()).default([]),
          checks: z.array(z.object({ context: z.string(), app_id: z.number().nullish() })).default([]),
        })
        .optional(),
    })
    .optional(),
});
const StatusChecksRule = z.object({
  required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.number().nullish() })),
});

async function readPermission(calls: Calls, repo: Repo, login: string): Promise<Permission> {
  const route = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
  const answer = await calls.oneOrNull(repo, route, { username: login }, z.object({ permission: PermissionLevel }));
  return answer?.permission ?? "none";
}

export function createRepositories(calls: Calls): Repositories {
  return {
    permission: (repo, login) => readPermission(calls, repo, login),

    async repository(repo) {
      const { id, owner, name, archived } = await calls.one(repo, "GET /repos/{owner}/{repo}", {}, Repository);
      return { repo: { id, owner: owner.login, name }, archived };
    },

    async defaultBranch(repo) {
      const route = "GET /repos/{owner}/{repo}";
      return (await calls.one(repo, route, {}, z.object({ default_branch: z.string().min(1) }))).default_branch;
    },

    async readFile(repo, ref, path) {
      const route = "GET /repos/{owner}/{repo}/contents/{path}";
      // GitHub answers with an array for a folder.
      const found = await calls.oneOrNull(repo, route, { path, ref }, z.union([Content, z.array(z.unknown())]));
      if (found === null || Array.isArray(found) || found.type !== "file") return null;
      if (found.encoding === "base64" && found.content !== undefined) return text(found.content);
      // Above 1 MB the contents API returns `encoding: "none"` without content. The blob API still has it.
      const blob = await calls.one(repo, "GET /repos/{owner}/{repo}/git/blobs/{sha}", { sha: found.sha }, Blob);
      return text(blob.content);
    },

    async listFiles(repo, commit, limit) {
      const route = "GET /repos/{owner}/{repo}/git/trees/{commit}";
      const { tree } = await calls.one(repo, route, { commit, recursive: "1" }, Tree);
      return tree
        .filter((entry) => entry.type === "blob")
        .map((entry) => entry.path)
        .slice(0, limit);
    },

    async requiredChecks(repo, branch) {
      const [classic, rules] = await Promise.all([classicChecks(repo, branch), ruleChecks(repo, branch)]);
      const distinct = new Map<string, RequiredCheck>();
      for (const check of [...classic, ...rules]) distinct.set(`${check.appId}:${check.name}`, check);
      return [...distinct.values()];
    },
  };

  /**
   * Reads classic branch protection from the branch itself, which needs only `contents: read`. The protection route
   * needs administration.
   */
  async function classicChecks(repo: Repo, branch: string): Promise<RequiredCheck[]> {
    const answer = await calls.oneOrNull(repo, "GET /repos/{owner}/{repo}/branches/{branch}", { branch }, Branch);
    const required = answer?.protection?.required_status_checks;
    if (required === undefined) return [];
    const checks = required.checks.map((check) => ({ name: check.context, appId: appIdOf(check.app_id) }));
    const bare = required.contexts.filter((context) => checks.every((check) => check.name !== context));
    return [...checks, ...bare.map((name) => ({ name, appId: null }))];
  }

  async function ruleChecks(repo: Repo, branch: string): Promise<RequiredCheck[]> {
    return (await rulesOf(calls, repo, branch))
      .filter((rule) => rule.type === "required_status_checks")
      .flatMap((rule) => StatusChecksRule.parse(rule.parameters).required_status_checks)
      .map((check) => ({ name: check.context, appId: appIdOf(check.integration_id) }));
  }
}

/** GitHub expresses "any App" as null, as a missing field, or as -1 when set through the API. */
function appIdOf(id: number | null | undefined): number | null {
  return id === null || id === undefined || id <= 0 ? null : id;
}

function text(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
