/** Turns a refused move of a ref into GitHub's answer. */
import { ApiError } from "../access/errors.ts";
import { type Objection, violations } from "../protection/judge.ts";
import type { Moved } from "./move.ts";

/** For routes that move a ref directly. @throws ApiError unless it moved. */
export function mustHaveMoved(outcome: Moved): void {
  if (outcome.moved) return;
  switch (outcome.why) {
    case "not-fast-forward":
      throw new ApiError(422, "Update is not a fast forward");
    case "protected":
      // https://github.com/47degrees/sbt-org-policies/issues/263
      throw new ApiError(422, objectionText(outcome.objections));
    case "stale":
    case "blocked":
      throw new ApiError(422, "Reference cannot be updated");
  }
}

const byRules = ({ from }: Objection) => from === "rules";

function objectionText(objections: readonly Objection[]): string {
  return objections.some(byRules) ? violations(objections) : objections.map(({ sentence }) => sentence).join(" ");
}

/** For routes that create a ref. GitHub gives no reason: https://github.com/github/rest-api-description/issues/4887 */
export function mustHaveBeenMade(outcome: Moved): void {
  if (!outcome.moved && outcome.why === "protected") throw new ApiError(422, "Reference update failed");
  mustHaveMoved(outcome);
}

/** For routes that commit a file. @param verb `create`, `update` or `delete`. */
export function mustHaveCommitted(outcome: Moved, verb: string, path: string, tip: string): void {
  if (outcome.moved) return;
  switch (outcome.why) {
    case "protected":
      if (outcome.objections.some(byRules)) throw new ApiError(409, violations(outcome.objections));
      // https://github.com/kevgo/prettifier/issues/28
      throw new ApiError(409, `Could not ${verb} file: ${objectionText(outcome.objections)}`);
    case "not-fast-forward":
    case "stale":
    case "blocked":
      throw new ApiError(409, `${path} is at ${tip} but the branch moved meanwhile. Try again.`);
  }
}
