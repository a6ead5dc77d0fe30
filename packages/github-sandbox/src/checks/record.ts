/** Stores check runs and announces them: `check_run`, and `check_suite` once every run of a suite is completed. */
import { type ActingScope, announce } from "../context.ts";
import type { CheckRun, CheckSuite } from "../store/entities.ts";
import { actionsApp } from "../store/github-actions.ts";
import type { StoreScope } from "../store/store.ts";
import { rollup } from "./rollup.ts";

/**
 * Returns the App's suite for the commit that belongs to no workflow run, created if missing. What a job's token reports goes to the
 * suite of some workflow run at the commit.
 */
export function suiteFor({ store, repository }: StoreScope, headSha: string, appId: number): CheckSuite {
  const known = store
    .table("checkSuites")
    .find(
      (suite) =>
        suite.repositoryId === repository.id &&
        suite.headSha === headSha &&
        suite.appId === appId &&
        suite.workflowRunId === null,
    );
  const ofRun =
    appId === actionsApp(store).id
      ? store
          .table("checkSuites")
          .find((suite) => suite.repositoryId === repository.id && suite.headSha === headSha && suite.appId === appId)
      : undefined;
  const pull = store.table("pulls").find((each) => each.repositoryId === repository.id && each.headSha === headSha);
  return (
    known ??
    ofRun ??
    store.table("checkSuites").put({
      id: store.nextId(),
      repositoryId: repository.id,
      headSha,
      headBranch: pull?.headRef ?? null,
      appId,
      workflowRunId: null,
      createdAt: store.now(),
      updatedAt: store.now(),
    })
  );
}

/** Stores a new or changed run and announces it. */
export async function recordCheckRun(scope: ActingScope, run: CheckRun): Promise<void> {
  const { store, repository } = scope;
  const before = store.table("checkRuns").get(run.id);
  const suite = store.table("checkSuites").get(run.suiteId);
  if (suite === undefined) throw new Error(`check run ${run.id} has no suite`);
  const suiteBefore = rollup(store, suite);
  store.transaction(() => {
    store.table("checkRuns").put(run);
    store.table("checkSuites").put({ ...suite, updatedAt: store.now() });
  });
  const announceRun = (action: "created" | "completed") => announce(scope, { event: "check_run", action, run, suite });
  if (before === undefined) announceRun("created");
  if (run.status === "completed" && before?.status !== "completed") announceRun("completed");
  if (rollup(store, suite).status !== "completed" || suiteBefore.status === "completed") return;
  const headCommit = await scope.git.headCommit(repository, suite.headSha);
  announce(scope, { event: "check_suite", action: "completed", suite, headCommit });
}
