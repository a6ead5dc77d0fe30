/** What a move of a ref that did not happen is answered with. */
import { ApiError } from "../../rest/kit.ts";
import type { Moved } from "../refs.ts";

/** For routes that move a ref directly. @throws ApiError unless it moved. */
export function mustHaveMoved(outcome: Moved): void {
  if (outcome.moved) return;
  switch (outcome.why) {
    case "not-fast-forward":
      throw new ApiError(422, "Update is not a fast forward");
    case "protected":
      // https://github.com/47degrees/sbt-org-policies/issues/263
      throw new ApiError(422, outcome.reasons.join(" "));
    case "stale":
    case "blocked":
      throw new ApiError(422, "Reference cannot be updated");
  }
}

/** For routes that commit a file. @param verb What they were about to do: `create`, `update`, `delete`. */
export function mustHaveCommitted(outcome: Moved, verb: string, path: string, tip: string): void {
  if (outcome.moved) return;
  switch (outcome.why) {
    case "protected":
      // https://github.com/kevgo/prettifier/issues/28
      throw new ApiError(409, `Could not ${verb} file: ${outcome.reasons.join(" ")}`);
    case "not-fast-forward":
    case "stale":
    case "blocked":
      throw new ApiError(409, `${path} is at ${tip} but the branch moved meanwhile. Try again.`);
  }
}
