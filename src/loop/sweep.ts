/** Finds what webhooks did not report, in every repository, at the start and again after each interval. */
import { featureKey } from "../core/keys.ts";
import type { Outside } from "./outside.ts";
import { describe } from "./step.ts";

/** Wakes everything under way after a start: webhooks that arrived while the process was down are lost. */
export async function sweepAggregates(outside: Outside): Promise<void> {
  const at = new Date(outside.now()).toISOString();
  const sweep = { type: "timer.due" as const, timer: "sweep" };
  const events = (await outside.store.aggregates("")).map(({ aggregate }) => {
    const id = outside.newId();
    return { id, aggregate, key: `sweep:start:${id}`, event: sweep, at };
  });
  await outside.store.receive(events, []);
}

export async function sweepRepositories(outside: Outside): Promise<void> {
  for (const repo of await outside.repositories()) {
    try {
      await sweepRepository(outside, repo);
    } catch (error) {
      outside.log.warn({ repo, error: describe(error) }, "a repository could not be swept");
    }
  }
}

async function sweepRepository(outside: Outside, repo: { owner: string; name: string }): Promise<void> {
  const { github, store, settings } = outside;
  for (const issue of await github.labelledIssues(repo, settings.label)) {
    const aggregate = featureKey(repo, issue.number);
    // A command on an issue without the label leaves a row without a state. The label must still start a feature.
    if (((await store.snapshot(aggregate))?.state ?? null) !== null) continue;
    const labelled = await github.labelledBy(repo, issue.number, settings.label);
    if (labelled === null) continue;
    const event = {
      type: "feature.labelled" as const,
      repo,
      issue: issue.number,
      title: issue.title,
      body: issue.body,
      by: labelled.login,
    };
    const at = new Date(outside.now()).toISOString();
    await store.receive([{ id: outside.newId(), aggregate, key: `labelled:${labelled.at}`, event, at }], []);
  }
}
