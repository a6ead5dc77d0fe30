/** Sub-issues. https://docs.github.com/en/rest/issues/sub-issues */

import { z } from "zod";
import { notFound } from "../../../access/errors.ts";
import type { SandboxContext } from "../../../context.ts";
import { placedIssue } from "../../../issues/placed.ts";
import { addSubIssue, childrenOf, parentOf, placeSubIssue, removeSubIssue } from "../../../issues/sub-issues.ts";
import { renderPlacedIssue } from "../../../render/issue.ts";
import { bodyOf } from "../../body.ts";
import { initiatorOf, newRest, paginate, type Rest } from "../../kit.ts";
import { respond } from "../../respond.ts";
import { issueNamed, issueOfPath, visible } from "./linked.ts";

const id = z.number().int();
const added = z.object({ sub_issue_id: id, replace_parent: z.boolean().default(false) });
const removed = z.object({ sub_issue_id: id });
const moved = z
  .object({ sub_issue_id: id, after_id: id.optional(), before_id: id.optional() })
  .refine((body) => (body.after_id === undefined) !== (body.before_id === undefined), {
    error: "one of after_id and before_id must be given",
  });

const one = "/repos/:owner/:repo/issues/:number{[0-9]+}";

export function subIssueRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const { store } = context;

  rest.get(`${one}/sub_issues`, (http) => {
    const { issue } = issueOfPath(http, context, "read");
    const found = visible(http, context, childrenOf(store, issue.id));
    return respond<"issues/list-sub-issues">(
      http,
      paginate(http, found).map((each) => renderPlacedIssue(context, each)),
    );
  });

  rest.get(`${one}/parent`, (http) => {
    const { issue } = issueOfPath(http, context, "read");
    const [parent] = visible(http, context, [parentOf(store, issue)?.id ?? 0]);
    if (parent === undefined) throw notFound();
    return respond<"issues/get-parent">(http, renderPlacedIssue(context, parent));
  });

  rest.post(`${one}/sub_issues`, async (http) => {
    const parent = issueOfPath(http, context, "write");
    const body = await bodyOf(http, added);
    addSubIssue(context, parent, issueNamed(http, context, body.sub_issue_id), body.replace_parent, initiatorOf(http));
    return respond<"issues/add-sub-issue", 201>(http, renderPlacedIssue(context, parent), 201);
  });

  rest.delete(`${one}/sub_issue`, async (http) => {
    const parent = issueOfPath(http, context, "write");
    const { sub_issue_id: childId } = await bodyOf(http, removed);
    const child = placedIssue(context, childId);
    if (child === null) throw notFound();
    removeSubIssue(context, parent, child, initiatorOf(http));
    return respond<"issues/remove-sub-issue">(http, renderPlacedIssue(context, parent));
  });

  rest.patch(`${one}/sub_issues/priority`, async (http) => {
    const parent = issueOfPath(http, context, "write");
    const body = await bodyOf(http, moved);
    const beside = { id: body.after_id ?? body.before_id ?? 0, after: body.after_id !== undefined };
    placeSubIssue(store, parent.issue, body.sub_issue_id, beside);
    return respond<"issues/reprioritize-sub-issue">(http, renderPlacedIssue(context, parent));
  });

  return rest;
}
