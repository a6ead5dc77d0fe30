/** Lists the mutations. https://docs.github.com/en/graphql/reference/mutations */
import type { Mutation } from "@octokit/graphql-schema";
import type { Fields } from "../fields.ts";
import type { Acting } from "./input.ts";
import { issueMutations } from "./issues.ts";
import { pullMutations } from "./pulls.ts";
import { threadMutations } from "./threads.ts";

export function mutationRoot(acting: Acting) {
  return {
    __typename: "Mutation",
    ...issueMutations(acting),
    ...pullMutations(acting),
    ...threadMutations(acting),
  } satisfies Fields<Mutation>;
}
