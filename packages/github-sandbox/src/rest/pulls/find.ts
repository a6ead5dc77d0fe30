import { notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { pullNumbered } from "../../pulls/facts.ts";
import type { Pull, Repository } from "../../store/entities.ts";
import type { HttpContext } from "../kit.ts";

/** Returns the pull in the path. @throws ApiError 404 */
export function pullAt(http: HttpContext, context: SandboxContext, repository: Repository): Pull {
  const pull = pullNumbered(context, repository, Number(http.req.param("number")));
  if (pull === null) throw notFound();
  return pull;
}
