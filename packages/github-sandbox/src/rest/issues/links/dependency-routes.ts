/** Dependencies between issues. https://docs.github.com/en/rest/issues/issue-dependencies */

import { z } from "zod";
import { notFound } from "../../../access/errors.ts";
import type { SandboxContext } from "../../../context.ts";
import { addBlocker, blockedBy, blockersOf, removeBlocker } from "../../../issues/dependencies.ts";
import { placedIssue } from "../../../issues/placed.ts";
import { renderPlacedIssue } from "../../../render/issue.ts";
import { bodyOf } from "../../body.ts";
import { initiatorOf, newRest, paginate, type Rest } from "../../kit.ts";
import { respond } from "../../respond.ts";
import { issueNamed, issueOfPath, visible } from "./linked.ts";

const added = z.object({ issue_id: z.number().int() });

const path = "/repos/:owner/:repo/issues/:number{[0-9]+}/dependencies";

export function dependencyRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  for (const [name, idsOf] of [
    ["blocked_by", blockersOf],
    ["blocking", blockedBy],
  ] as const) {
    rest.get(`${path}/${name}`, (http) => {
      const { issue } = issueOfPath(http, context, "read");
      const found = visible(http, context, idsOf(context.store, issue.id));
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
    addBlocker(context, blocked, blocking, initiatorOf(http));
    return respond<"issues/add-blocked-by-dependency", 201>(http, renderPlacedIssue(context, blocking), 201);
  });

  rest.delete(`${path}/blocked_by/:id{[0-9]+}`, (http) => {
    const blocked = issueOfPath(http, context, "write");
    const blocking = placedIssue(context, Number(http.req.param("id")));
    if (blocking === null) throw notFound();
    removeBlocker(context, blocked, blocking, initiatorOf(http));
    return respond<"issues/remove-dependency-blocked-by">(http, renderPlacedIssue(context, blocking));
  });

  return rest;
}
