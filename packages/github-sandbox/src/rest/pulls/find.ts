import { notFound } from "../../access/errors.ts";
import type { RepositoryScope } from "../../context.ts";
import { pullNumbered } from "../../pulls/facts.ts";
import type { Pull } from "../../store/entities.ts";
import type { HttpContext } from "../kit.ts";

/** Returns the pull in the path. @throws ApiError 404 */
export function pullAt(http: HttpContext, scope: RepositoryScope): Pull {
  const pull = pullNumbered(scope, Number(http.req.param("number")));
  if (pull === null) throw notFound();
  return pull;
}
