/** Implements the port's calls that move code between branches or predict a merge. */
import { requirementIn } from "../../../src/github/errors.ts";
import type { GitHub } from "../../../src/loop/github-port.ts";
import { BOT, type GitHubModel, HttpAnswer, type Pull } from "./model.ts";
import type { Send } from "./port.ts";
import { mergePull, updateHead } from "./pulls.ts";
import { isLimit, meaningOf, type Wire } from "./wire.ts";

type Merged = Awaited<ReturnType<GitHub["mergePull"]>>;

export function mergingPort(
  github: GitHubModel,
  read: Send,
  wire: Wire,
): Pick<GitHub, "conflicts" | "updatePull" | "mergePull"> {
  function landed({ mergeSha, mergedAt }: Pull): Merged {
    if (mergeSha === null || mergedAt === null) return { outcome: "unknown", message: "It is not shown yet" };
    const { tree, parents } = github.objects.read(mergeSha);
    return { outcome: "merged", sha: mergeSha, landedTree: tree, parents: [...parents], at: mergedAt };
  }

  return {
    async conflicts(_, ours, theirs) {
      const found = await read("conflicts", () => github.objects.mergeAsFarAsPossible(ours, theirs).conflicts.sort());
      // Reads contents only where both sides change a file.
      return found.length === 0 ? found : read("conflicts.contents", () => found);
    },

    async updatePull(_, number, expected) {
      try {
        await wire.send("updatePull", true, () => updateHead(github, github.pull(number), expected, BOT));
        return "accepted";
      } catch (error) {
        if (error instanceof HttpAnswer && error.status === 422) {
          if (/expected head sha/.test(error.message)) return "moved";
          if (/merge conflict/.test(error.message)) return "conflict";
          if (/no new commits/.test(error.message)) return "current";
        }
        throw meaningOf("updatePull", error);
      }
    },

    async mergePull(_, number, { head, base, method }) {
      const before = await read("mergePull.read", () => {
        const pull = github.pull(number);
        github.record({ kind: "merge-begun", pull });
        return { ...pull };
      });
      if (base !== undefined && before.base !== base)
        return { outcome: "moved", message: `It merges into ${before.base}` };
      if (before.state === "merged") return landed(before);
      if (before.state === "closed") return { outcome: "refused", message: "The pull request is closed" };
      if (before.shown !== head) return { outcome: "moved", message: `The head is ${before.shown} by now` };
      try {
        // As people named it last.
        const request = { head, method, title: `${before.title} (#${number})`, bypass: false };
        await wire.send("mergePull", true, () => mergePull(github, github.pull(number), request, BOT));
      } catch (error) {
        const refused = refusal(error);
        if (refused.outcome === "refused") {
          github.record({ kind: "merge-refused", pull: github.pull(number), words: refused.message });
        }
        return refused;
      }
      try {
        return landed(await read("mergePull.read", () => ({ ...github.pull(number) })));
      } catch (error) {
        return { outcome: "unknown", message: String(error) };
      }
    },
  };
}

function refusal(error: unknown): Merged {
  if (!(error instanceof HttpAnswer)) throw error;
  const { status, message } = error;
  if (status === 409) return { outcome: "moved", message };
  if (status === 405) return /modified|in progress/.test(message) ? { outcome: "unknown", message } : required(message);
  // A rate limit means that nothing was merged: the loop can retry.
  if (isLimit(error)) throw meaningOf("mergePull", error);
  return status >= 500 ? { outcome: "unknown", message } : required(message);
}

function required(message: string): Merged {
  const of = requirementIn(message);
  return { outcome: "refused", message, ...(of !== null && { requires: { of, people: [] } }) };
}
