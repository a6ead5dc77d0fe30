/** The webhooks of checks, workflow runs and their jobs. */
import type { CheckRunEvent, CheckSuiteEvent, WorkflowJobEvent, WorkflowRunEvent } from "../../events/event.ts";
import type { Repository } from "../../store/entities.ts";
import { renderJob, renderWorkflow, renderWorkflowRun } from "../actions.ts";
import { checkRunPayload, renderCheckSuite } from "../check.ts";
import type { RenderContext } from "../site.ts";
import { type Described, webhook } from "./described.ts";

export function checkRunWebhook(site: RenderContext, repository: Repository, event: CheckRunEvent): Described {
  return webhook("check_run", event.action, { check_run: checkRunPayload(site, repository, event.run, event.suite) });
}

export function checkSuiteWebhook(site: RenderContext, repository: Repository, event: CheckSuiteEvent): Described {
  const { repository: _, ...suite } = renderCheckSuite(site, repository, event.suite, event.headCommit);
  return webhook("check_suite", event.action, { check_suite: suite });
}

export function workflowRunWebhook(site: RenderContext, repository: Repository, event: WorkflowRunEvent): Described {
  return webhook("workflow_run", event.action, {
    workflow_run: renderWorkflowRun(site, repository, event.run, event.headCommit),
    workflow: renderWorkflow(site, repository, event.workflow),
  });
}

export function workflowJobWebhook(site: RenderContext, repository: Repository, event: WorkflowJobEvent): Described {
  const payload = { workflow_job: renderJob(site, repository, event.job, event.run) };
  // `completed` has the same fields, but never without a time and a conclusion, which this type cannot know.
  const what = webhook<"workflow_job", "queued" | "in_progress">("workflow_job", "in_progress", payload);
  return { ...what, action: event.action };
}
