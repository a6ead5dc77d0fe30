/** Finds what webhooks did not report, in every repository, at the start and again after each interval. */
import { featureKey } from "../core/keys.ts";
import type { Outside } from "./outside.ts";
import { describe } from "./step.ts";

/** Aggregates that are woken in one transaction. PostgreSQL takes 65,535 values in a statement. */
const BATCH = 500;

/**
 * Wakes everything under way after a start: webhooks that arrived while the process was down are lost. Begins after the aggregate
 * `from` and tells how far it came, so that a sweep that failed is continued.
 */
export async function sweepAggregates(
  outside: Outside,
  from: string,
  reached: (aggregate: string) => void,
): Promise<void> {
  const sweep = { type: "timer.due" as const, timer: "sweep" };
  for (let after: string | undefined = from; after !== undefined; ) {
    const names: string[] = await outside.store.live(after, BATCH);
    const at = new Date(outside.now()).toISOString();
    const events = names.map((aggregate) => {
      const id = outside.newId();
      return { id, aggregate, key: `sweep:start:${id}`, event: sweep, at };
    });
    await outside.store.receive(events, []);
    after = names.at(-1);
    if (after !== undefined) reached(after);
  }
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
