/** Reads `permissions`, what a job's GITHUB_TOKEN may do: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions */
import type { PermissionLevel, Permissions } from "../../store/entities.ts";
import { asMap, asText, type Template } from "./template.ts";

const scopes = [
  "actions",
  "attestations",
  "checks",
  "contents",
  "deployments",
  "discussions",
  "issues",
  "packages",
  "pages",
  "pull_requests",
  "security_events",
  "statuses",
];

/** The permissions of a workflow without `permissions`, in repositories made since 2023. */
export const defaultPermissions: Permissions = { contents: "read", packages: "read", metadata: "read" };

function all(level: PermissionLevel): Permissions {
  return { ...Object.fromEntries(scopes.map((scope) => [scope, level])), metadata: "read" };
}

/** Returns permissions under the API's names (`pull_requests`); null when the file has none. */
export function parsePermissions(template: Template | undefined): Permissions | null {
  if (template === undefined) return null;
  if (template === "read-all") return all("read");
  if (template === "write-all") return all("write");
  const granted: Permissions = { metadata: "read" };
  for (const [name, value] of asMap(template)) {
    const level = asText(value);
    if (level === "read" || level === "write") granted[name.replaceAll("-", "_")] = level;
  }
  return granted;
}

/** Returns the first permission that exceeds the limit, and the limit, as a workflow writes them (`contents: write`). */
export function beyond(asked: Permissions, allowed: Permissions): { asked: string; allowed: string } | null {
  for (const [scope, level] of Object.entries(asked)) {
    const limit = allowed[scope];
    if (limit !== undefined && !(level === "write" && limit === "read")) continue;
    const name = scope.replaceAll("_", "-");
    return { asked: `${name}: ${level}`, allowed: `${name}: ${limit ?? "none"}` };
  }
  return null;
}
