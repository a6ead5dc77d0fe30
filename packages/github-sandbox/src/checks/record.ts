/** Stores a check run and tells what its change means: `check_run`, and `check_suite` once all of a suite is done. */
import type { HeadCommit } from "../git/store.ts";
import { checkRunPayload, renderCheckSuite, rollup } from "../render/check.ts";
import type { RenderContext } from "../render/site.ts";
import { webhook } from "../render/webhook.ts";
import type { Announce } from "../store/announce.ts";
import type { CheckRun, CheckSuite, Repository, User } from "../store/entities.ts";

/** The context and the runner's host are both of this form, but for where `headCommit` lives. */
export interface Recorder extends RenderContext {
  announce: Announce;
  headCommit(repository: Repository, commit: string): Promise<HeadCommit>;
}

/** The App's suite for the commit that no workflow run owns; made when there is none. */
export function suiteFor(site: RenderContext, repository: Repository, headSha: string, appId: number): CheckSuite {
  const { store } = site;
  const known = store
    .table("checkSuites")
    .find(
      (suite) =>
        suite.repositoryId === repository.id &&
        suite.headSha === headSha &&
        suite.appId === appId &&
        suite.workflowRunId === null,
    );
  const pull = store.table("pulls").find((each) => each.repositoryId === repository.id && each.headSha === headSha);
  return (
    known ??
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

/** Stores the run, new or changed, and announces it. */
export async function recordCheckRun(
  recorder: Recorder,
  repository: Repository,
  run: CheckRun,
  initiator: { user: User; byJobToken: boolean },
): Promise<void> {
  const { store } = recorder;
  const before = store.table("checkRuns").get(run.id);
  const suite = store.table("checkSuites").get(run.suiteId);
  if (suite === undefined) throw new Error(`check run ${run.id} has no suite`);
  const suiteBefore = rollup(store, suite);
  store.transaction(() => {
    store.table("checkRuns").put(run);
    store.table("checkSuites").put({ ...suite, updatedAt: store.now() });
  });
  const announced = { repository, sender: initiator.user, byJobToken: initiator.byJobToken };
  const announceRun = (action: "created" | "completed") => {
    const payload = { check_run: checkRunPayload(recorder, repository, run, suite) };
    recorder.announce({ ...announced, ...webhook("check_run", action, payload) });
  };
  if (before === undefined) announceRun("created");
  if (run.status === "completed" && before?.status !== "completed") announceRun("completed");
  if (rollup(store, suite).status !== "completed" || suiteBefore.status === "completed") return;
  const headCommit = await recorder.headCommit(repository, suite.headSha);
  const payload = { check_suite: renderCheckSuite(recorder, repository, suite, headCommit) };
  recorder.announce({ ...announced, ...webhook("check_suite", "completed", payload) });
}
