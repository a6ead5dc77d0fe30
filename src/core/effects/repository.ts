/** Effects on the repository as a whole. */
import { z } from "zod";
import { define, ofRepo } from "./definition.ts";

export const repositoryEffects = {
  /** Reads the repository's present name, and whether the App may work in it. */
  "repository.observe": define(z.object({ type: z.literal("repository.observe"), ...ofRepo }), {
    key: () => [],
    ordering: () => "repository",
    coalesces: true,
    window: null,
  }),
};
