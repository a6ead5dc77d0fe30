/** Renders the webhooks of checks, workflow runs and jobs. */

import type { CheckRunEvent, CheckSuiteEvent, WorkflowJobEvent, WorkflowRunEvent } from "../../events/event.ts";
import { renderJob, renderWorkflow, renderWorkflowRun } from "../actions.ts";
import { checkRunPayload, renderCheckSuite } from "../check.ts";
import type { RenderScope } from "../site.ts";
import { type Described, webhook } from "./described.ts";

export function checkRunWebhook(scope: RenderScope, event: CheckRunEvent): Described {
  return webhook("check_run", event.action, { check_run: checkRunPayload(scope, event.run, event.suite) });
}

export function checkSuiteWebhook(scope: RenderScope, event: CheckSuiteEvent): Described {
  const { repository: _, ...suite } = renderCheckSuite(scope, event.suite, event.headCommit);
  return webhook("check_suite", event.action, { check_suite: suite });
}

export function workflowRunWebhook(scope: RenderScope, event: WorkflowRunEvent): Described {
  return webhook("workflow_run", event.action, {
    workflow_run: renderWorkflowRun(scope, event.run, event.headCommit),
    workflow: renderWorkflow(scope, event.workflow),
  });
}

export function workflowJobWebhook(scope: RenderScope, event: WorkflowJobEvent): Described {
  const payload = { workflow_job: renderJob(scope, event.job, event.run) };
  // `completed` has the same fields with a time and a conclusion, which this type cannot express.
  const what = webhook<"workflow_job", "queued" | "in_progress">("workflow_job", "in_progress", payload);
  return { ...what, action: event.action };
}
