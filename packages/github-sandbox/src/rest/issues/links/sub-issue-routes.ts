/** Sub-issues. https://docs.github.com/en/rest/issues/sub-issues */
import { z } from "zod";
import type { Hub } from "../../../hub.ts";
import { bodyOf } from "../../body.ts";
import { ApiError, newRest, notFound, paginate, type Rest } from "../../kit.ts";
import { respond } from "../../respond.ts";
import { by } from "../find.ts";
import { issueNamed, issueOfPath, placed, shown, visible } from "./linked.ts";
import { addSubIssue, childrenOf, parentOf, place, removeSubIssue } from "./sub-issues.ts";

const id = z.number().int();
const added = z.object({ sub_issue_id: id, replace_parent: z.boolean().default(false) });
const removed = z.object({ sub_issue_id: id });
const moved = z
  .object({ sub_issue_id: id, after_id: id.optional(), before_id: id.optional() })
  .refine((body) => (body.after_id === undefined) !== (body.before_id === undefined), {
    error: "one of after_id and before_id must be given",
  });

const one = "/repos/:owner/:repo/issues/:number{[0-9]+}";

export function subIssueRoutes(hub: Hub): Rest {
  const rest = newRest();
  const { world } = hub;

  rest.get(`${one}/sub_issues`, (context) => {
    const { issue } = issueOfPath(context, hub, "read");
    const found = visible(context, hub, childrenOf(world, issue.id));
    return respond<"issues/list-sub-issues">(
      context,
      paginate(context, found).map((each) => shown(hub, each)),
    );
  });

  rest.get(`${one}/parent`, (context) => {
    const { issue } = issueOfPath(context, hub, "read");
    const [parent] = visible(context, hub, [parentOf(world, issue)?.id ?? 0]);
    if (parent === undefined) throw notFound();
    return respond<"issues/get-parent">(context, shown(hub, parent));
  });

  rest.post(`${one}/sub_issues`, async (context) => {
    const parent = issueOfPath(context, hub, "write");
    const body = await bodyOf(context, added);
    addSubIssue(hub, parent, issueNamed(context, hub, body.sub_issue_id), body.replace_parent, by(context));
    return respond<"issues/add-sub-issue", 201>(context, shown(hub, parent), 201);
  });

  rest.delete(`${one}/sub_issue`, async (context) => {
    const parent = issueOfPath(context, hub, "write");
    const { sub_issue_id: childId } = await bodyOf(context, removed);
    const child = placed(hub, childId);
    if (child === null || parentOf(world, child.issue)?.id !== parent.issue.id) throw notFound();
    removeSubIssue(hub, parent, child, by(context));
    return respond<"issues/remove-sub-issue">(context, shown(hub, parent));
  });

  rest.patch(`${one}/sub_issues/priority`, async (context) => {
    const parent = issueOfPath(context, hub, "write");
    const body = await bodyOf(context, moved);
    const present = childrenOf(world, parent.issue.id);
    const anchor = body.after_id ?? body.before_id ?? 0;
    if (!present.includes(body.sub_issue_id)) throw notFound();
    const others = present.filter((each) => each !== body.sub_issue_id);
    if (!others.includes(anchor)) throw new ApiError(422, "The sub-issue to place it by is not of this parent.");
    const at = others.indexOf(anchor) + (body.after_id === undefined ? 0 : 1);
    place(world, parent.issue.id, others.toSpliced(at, 0, body.sub_issue_id));
    return respond<"issues/reprioritize-sub-issue">(context, shown(hub, parent));
  });

  return rest;
}
