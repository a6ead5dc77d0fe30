/** Sub-issues. https://docs.github.com/en/rest/issues/sub-issues */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { repository as renderRepository } from "../../shapes/repository.ts";
import type { Payload } from "../../shapes/site.ts";
import { bodyOf } from "../body.ts";
import { ApiError, newRest, notFound, paginate, type Rest } from "../kit.ts";
import type { By } from "./changes.ts";
import { by } from "./find.ts";
import { issueNamed, issueOfPath, type Placed, placed, shown, visible } from "./linked.ts";
import { recordEvent } from "./record-event.ts";

const id = z.number().int();
const added = z.object({ sub_issue_id: id, replace_parent: z.boolean().default(false) });
const removed = z.object({ sub_issue_id: id });
const moved = z
  .object({ sub_issue_id: id, after_id: id.optional(), before_id: id.optional() })
  .refine((body) => (body.after_id === undefined) !== (body.before_id === undefined), {
    error: "one of after_id and before_id must be given",
  });

/** https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues */
const mostChildren = 100;
const deepest = 8;

const one = "/repos/:owner/:repo/issues/:number{[0-9]+}";

export function subIssueRoutes(hub: Hub): Rest {
  const rest = newRest();
  const links = hub.world.table("subIssues");

  /** Ids in their order. */
  const childrenOf = (parentId: number) =>
    links
      .filter((link) => link.parentId === parentId)
      .sort((a, b) => a.position - b.position)
      .map((link) => link.id);

  const place = (parentId: number, ids: readonly number[]) =>
    hub.world.transaction(() => {
      for (const [position, child] of ids.entries()) links.put({ id: child, parentId, position });
    });

  function depthAbove(issueId: number): number {
    const parentId = links.get(issueId)?.parentId;
    return parentId === undefined ? 1 : 1 + depthAbove(parentId);
  }

  function depthBelow(issueId: number): number {
    return 1 + Math.max(0, ...childrenOf(issueId).map(depthBelow));
  }

  const isAbove = (issueId: number, other: number): boolean => {
    const parentId = links.get(other)?.parentId;
    return other === issueId || (parentId !== undefined && isAbove(issueId, parentId));
  };

  function tell(parent: Placed, child: Placed, change: "added" | "removed", who: By): void {
    const sender = { sender: who.user, byJobToken: who.byJobToken, event: "sub_issues" };
    const both = {
      parent_issue_id: parent.issue.id,
      parent_issue: shown(hub, parent),
      sub_issue_id: child.issue.id,
      sub_issue: shown(hub, child),
    };
    const ofParent = {
      ...both,
      sub_issue_repo: renderRepository(hub, child.repository),
    } satisfies Payload<"webhook-sub-issues-sub-issue-added">;
    const ofChild = {
      ...both,
      parent_issue_repo: renderRepository(hub, parent.repository),
    } satisfies Payload<"webhook-sub-issues-parent-issue-added">;
    recordEvent(hub, parent.issue, `sub_issue_${change}`, who.user.id, { relatedId: child.issue.id });
    recordEvent(hub, child.issue, `parent_issue_${change}`, who.user.id, { relatedId: parent.issue.id });
    hub.announce({ ...sender, repository: parent.repository, action: `sub_issue_${change}`, payload: ofParent });
    hub.announce({ ...sender, repository: child.repository, action: `parent_issue_${change}`, payload: ofChild });
  }

  rest.get(`${one}/sub_issues`, (context) => {
    const { issue } = issueOfPath(context, hub, "read");
    const found = visible(context, hub, childrenOf(issue.id));
    return context.json(paginate(context, found).map((each) => shown(hub, each)));
  });

  rest.get(`${one}/parent`, (context) => {
    const { issue } = issueOfPath(context, hub, "read");
    const [parent] = visible(context, hub, [links.get(issue.id)?.parentId ?? 0]);
    if (parent === undefined) throw notFound();
    return context.json(shown(hub, parent));
  });

  rest.post(`${one}/sub_issues`, async (context) => {
    const parent = issueOfPath(context, hub, "write");
    const body = await bodyOf(context, added);
    const child = issueNamed(context, hub, body.sub_issue_id);
    const present = links.get(child.issue.id);
    const former = present === undefined || !body.replace_parent ? null : placed(hub, present.parentId);
    mustFit(parent, child, present?.parentId ?? null, former !== null);
    place(parent.issue.id, [...childrenOf(parent.issue.id), child.issue.id]);
    if (former !== null) tell(former, child, "removed", by(context));
    tell(parent, child, "added", by(context));
    return context.json(shown(hub, parent), 201);
  });

  /** @throws ApiError 422 in GitHub's words: https://github.com/github/github-mcp-server/pull/470 */
  function mustFit({ issue: parent, repository }: Placed, child: Placed, formerId: number | null, replaces: boolean) {
    const wrong: string[] = [];
    if (formerId === parent.id) wrong.push("Issue may not contain duplicate sub-issues");
    if (formerId !== null && !replaces) wrong.push("Sub issue may only have one parent");
    if (child.repository.ownerId !== repository.ownerId) wrong.push("Sub issue must belong to the same owner");
    if (isAbove(child.issue.id, parent.id)) wrong.push("Sub issue may not create a circular dependency");
    else if (depthAbove(parent.id) + depthBelow(child.issue.id) > deepest) {
      wrong.push("Parent issue has reached the maximum depth of sub-issues");
    }
    if (childrenOf(parent.id).length >= mostChildren)
      wrong.push(`Parent cannot have more than ${mostChildren} sub-issues`);
    if (wrong.length === 0) return;
    const because = wrong.join(" and ");
    throw new ApiError(422, `An error occurred while adding the sub-issue to the parent issue. ${because}`);
  }

  rest.delete(`${one}/sub_issue`, async (context) => {
    const parent = issueOfPath(context, hub, "write");
    const { sub_issue_id: childId } = await bodyOf(context, removed);
    const child = placed(hub, childId);
    if (child === null || links.get(childId)?.parentId !== parent.issue.id) throw notFound();
    links.remove(childId);
    tell(parent, child, "removed", by(context));
    return context.json(shown(hub, parent));
  });

  rest.patch(`${one}/sub_issues/priority`, async (context) => {
    const parent = issueOfPath(context, hub, "write");
    const body = await bodyOf(context, moved);
    const present = childrenOf(parent.issue.id);
    const anchor = body.after_id ?? body.before_id ?? 0;
    if (!present.includes(body.sub_issue_id)) throw notFound();
    const others = present.filter((each) => each !== body.sub_issue_id);
    if (!others.includes(anchor)) throw new ApiError(422, "The sub-issue to place it by is not of this parent.");
    const at = others.indexOf(anchor) + (body.after_id === undefined ? 0 : 1);
    place(parent.issue.id, others.toSpliced(at, 0, body.sub_issue_id));
    return context.json(shown(hub, parent));
  });

  return rest;
}
