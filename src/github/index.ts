/** Implements the port `GitHub` over octokit. Every failure leaves this folder as `Unavailable` or `Refused`. */
import type { Repo } from "../core/github.ts";
import { missingPermissions } from "../core/preflight/inspection.ts";
import { Closed, type GitHub } from "../loop/github-port.ts";
import { createAttempts } from "./attempts.ts";
import { createBaseRules } from "./base-rules.ts";
import { createBranches } from "./branches.ts";
import { createCalls } from "./calls.ts";
import { createCheckReader } from "./checks/reading.ts";
import { createReruns } from "./checks/reruns.ts";
import { createWorkflowComparison } from "./checks/workflow-comparison.ts";
import type { ReadWorkflow } from "./checks/workflow-files.ts";
import { createConflicts } from "./conflicts/index.ts";
import type { AppConnection } from "./connection/connect.ts";
import { lacksPermission, meaningOf } from "./errors.ts";
import { createIssues } from "./issues.ts";
import { createLogs } from "./logs/failure-text.ts";
import { Recent } from "./memory/recent.ts";
import { createMerging } from "./merging.ts";
import { createPulls } from "./pulls.ts";
import { type GitHubReaders, readersInProcess } from "./readers.ts";
import { createRepositories } from "./repositories.ts";
import { createRulesets } from "./rulesets.ts";
import { createPullReader } from "./snapshot/index.ts";
import { createSubIssues } from "./sub-issues.ts";
import { createTrees } from "./trees.ts";

export { type AppConnection, connectApp } from "./connection/connect.ts";

/** Heads of which it is remembered where they forked from their bases. */
const MAX_FORKS = 1_000;

export function createGitHub(
  connection: Omit<AppConnection, "installedRepositories" | "identify">,
  readWorkflow: ReadWorkflow,
  readers: GitHubReaders = readersInProcess,
): GitHub {
  const calls = createCalls(connection.octokit);
  const repositories = createRepositories(calls);
  const { learn, ...trees } = createTrees(calls);
  const checks = createCheckReader(calls, connection.appId, { readWorkflow, readFile: repositories.readFile });
  const forks = new Recent<string>(MAX_FORKS);
  const pull = createPullReader({
    calls,
    forks,
    ...checks,
    ownAppId: connection.appId,
    learn,
    sameWorkflows: createWorkflowComparison(trees),
    mayWrite: (repo) => async (login) => ["write", "admin"].includes(await repositories.permission(repo, login)),
  });
  const port = {
    ...repositories,
    ...createRulesets(calls),
    ...createBaseRules(calls),
    ...createBranches(calls, learn),
    ...trees,
    ...createIssues(calls, connection),
    ...createSubIssues(calls),
    ...createAttempts(calls, connection, repositories.defaultBranch, readers.unpackArtifact),
    ...createReruns(calls),
    ...checks,
    pull,
    ...createPulls(calls),
    ...createConflicts(calls, trees, (repo, head) => forks.get(`${repo.id} ${head}`) ?? null, readers.mergeLines),
    ...createMerging(calls, connection.now),
    ...createLogs(calls, connection.now, readers.logExcerpt),
    granted: connection.granted,
  };
  return { ...translated(port, connection), calls: connection.calls };
}

/**
 * Wraps the operations so that each is about the repository under its present name, whatever name its effect was written with, and so
 * that each failure is in the loop's terms.
 */
function translated<Port extends object>(
  port: Port,
  { present, granted, now }: Pick<AppConnection, "present" | "granted" | "now">,
): Port {
  const operations = Object.entries(port).map(([name, operation]) => [
    name,
    async (repo: Repo, ...parameters: unknown[]) => {
      try {
        return await operation(await present(repo), ...parameters);
      } catch (error) {
        const meaning = meaningOf(name, error, now());
        // A permission that the App never needed is refused for good. One that was withdrawn may be granted again.
        const missing = lacksPermission(error) ? missingPermissions(await granted(repo)) : [];
        throw missing.length === 0 ? meaning : new Closed("permissions-missing", meaning.message, { cause: error });
      }
    },
  ]);
  return Object.fromEntries(operations);
}
