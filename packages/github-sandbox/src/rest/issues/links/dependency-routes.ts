/** Issues that block others. https://docs.github.com/en/rest/issues/issue-dependencies */

import { z } from "zod";
import { notFound, unprocessable } from "../../../access/errors.ts";
import type { Initiator } from "../../../access/initiator.ts";
import type { SandboxContext } from "../../../context.ts";
import { placedIssue } from "../../../issues/placed.ts";
import { recordEvent } from "../../../issues/record-event.ts";
import { renderPlacedIssue } from "../../../render/issue.ts";
import type { PlacedIssue } from "../../../store/issue-links.ts";
import { bodyOf } from "../../body.ts";
import { newRest, paginate, type Rest } from "../../kit.ts";
import { respond } from "../../respond.ts";
import { initiatorOf } from "../find.ts";
import { issueNamed, issueOfPath, visible } from "./linked.ts";

const added = z.object({ issue_id: z.number().int() });

/** https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/creating-issue-dependencies */
const most = 50;

const path = "/repos/:owner/:repo/issues/:number{[0-9]+}/dependencies";

export function dependencyRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const links = context.store.table("issueDependencies");

  const blockersOf = (id: number) => links.filter((link) => link.blockedId === id).map((link) => link.blockingId);
  const blockedBy = (id: number) => links.filter((link) => link.blockingId === id).map((link) => link.blockedId);

  function waitsFor(id: number, other: number, seen = new Set<number>()): boolean {
    if (id === other) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return blockersOf(id).some((blocker) => waitsFor(blocker, other, seen));
  }

  function announce(
    blocked: PlacedIssue,
    blocking: PlacedIssue,
    change: "added" | "removed",
    initiator: Initiator,
  ): void {
    recordEvent(context, blocked.issue, `blocked_by_${change}`, initiator.user.id, { relatedId: blocking.issue.id });
    recordEvent(context, blocking.issue, `blocking_${change}`, initiator.user.id, { relatedId: blocked.issue.id });
    const linked = { initiator, event: "issue_dependencies", blocked, blocking } as const;
    context.announce({ ...linked, repository: blocked.repository, action: `blocked_by_${change}` });
    context.announce({ ...linked, repository: blocking.repository, action: `blocking_${change}` });
  }

  for (const [name, idsOf] of [
    ["blocked_by", blockersOf],
    ["blocking", blockedBy],
  ] as const) {
    rest.get(`${path}/${name}`, (http) => {
      const { issue } = issueOfPath(http, context, "read");
      const found = visible(http, context, idsOf(issue.id));
      return respond<"issues/list-dependencies-blocked-by" | "issues/list-dependencies-blocking">(
        http,
        paginate(http, found).map((each) => renderPlacedIssue(context, each)),
      );
    });
  }

  rest.post(`${path}/blocked_by`, async (http) => {
    const blocked = issueOfPath(http, context, "write");
    const body = await bodyOf(http, added);
    const blocking = issueNamed(http, context, body.issue_id);
    const refuse = (message: string) => unprocessable("IssueDependency", [{ code: "custom", message }]);
    const id = `${blocked.issue.id}:${blocking.issue.id}`;
    if (links.get(id) !== undefined) throw refuse("Issue is already blocked by this issue");
    if (waitsFor(blocking.issue.id, blocked.issue.id)) throw refuse("Dependency would create a cycle");
    if (blockersOf(blocked.issue.id).length >= most)
      throw refuse(`Issue cannot be blocked by more than ${most} issues`);
    links.put({ id, blockedId: blocked.issue.id, blockingId: blocking.issue.id });
    announce(blocked, blocking, "added", initiatorOf(http));
    return respond<"issues/add-blocked-by-dependency", 201>(http, renderPlacedIssue(context, blocking), 201);
  });

  rest.delete(`${path}/blocked_by/:id{[0-9]+}`, (http) => {
    const blocked = issueOfPath(http, context, "write");
    const blocking = placedIssue(context, Number(http.req.param("id")));
    const id = `${blocked.issue.id}:${blocking?.issue.id}`;
    if (blocking === null || links.get(id) === undefined) throw notFound();
    links.remove(id);
    announce(blocked, blocking, "removed", initiatorOf(http));
    return respond<"issues/remove-dependency-blocked-by">(http, renderPlacedIssue(context, blocking));
  });

  return rest;
}
