/** Reads who makes the required checks: from the base's config and workflow files, else from what merged last. */
import { ATTEMPT_WORKFLOW } from "../../../core/attempt.ts";
import { ACTIONS_APP, type Producer, type PullSnapshot, type Repo, type RequiredCheck } from "../../../core/github.ts";
import type { Workflow } from "../../../core/preflight/index.ts";
import { deriveProducer, filesMaking } from "../../../core/workflow/producers.ts";
import { readOnce } from "../../memory/answers.ts";
import type { Outside } from "../../outside.ts";
import { readTextAt, readWorkflows } from "../workflows.ts";

type Producers = PullSnapshot["producers"];
export type ProducerReader = Pick<Outside, "github" | "readPolicy" | "readWorkflow">;

/** Merged pulls whose heads show who made a check. */
const MERGED_PULLS = 10;

interface Base {
  repo: Repo;
  branch: string;
  sha: string;
}

/** Leaves out the checks that a rule pins to another App than GitHub Actions: the rule says who makes them. */
export async function readProducers(
  outside: ProducerReader,
  base: Base,
  required: readonly RequiredCheck[],
): Promise<Producers> {
  const open = required.filter(({ appId }) => appId === null || appId === ACTIONS_APP);
  if (open.length === 0) return [];
  const { configured, workflows } = await readBase(outside, base);
  const inFiles = ({ name, appId }: RequiredCheck) =>
    appId === ACTIONS_APP || Object.hasOwn(configured, name) || filesMaking(name, workflows).length > 0;
  const merged = open.every(inFiles) ? new Map<string, Producer[]>() : await readMerged(outside, base);
  const derived = (history: ReadonlyMap<string, Producer[]>): Producers =>
    open.map(({ name, appId }) => {
      const pinned = appId === ACTIONS_APP ? { [name]: appId } : configured;
      const evidence = { configured: pinned, workflows, history: history.get(name) ?? [] };
      return { check: name, producer: deriveProducer(name, evidence) };
    });
  const found = derived(merged);
  if (found.every(({ producer }) => producer.kind !== "unknown")) return found;
  // A check of the base itself may be reported any time, so that it is read anew.
  return derived(await readMakers(outside, base.repo, [base.sha], merged));
}

/** Leaves out the attempt workflow, and files that cannot be read. */
export async function readBaseWorkflows(outside: ProducerReader, base: Base): Promise<Workflow[]> {
  return (await readBase(outside, base)).workflows;
}

/** Returns in lower case the labels that hold a pull back, by the base's config. */
export async function readHoldLabels(outside: ProducerReader, base: Base): Promise<string[]> {
  return (await readBase(outside, base)).holdLabels;
}

/** A base's commit never changes, and every observation of a pull asks for it. */
function readBase(outside: ProducerReader, { repo, sha }: Base) {
  return readOnce(outside.github, JSON.stringify(["base", repo.id, sha]), async () => {
    const [text, { workflows }] = await Promise.all([
      readTextAt(outside.github, repo, sha, ".github/headgate.yml"),
      readWorkflows(outside, repo, sha),
    ]);
    const config = outside.readPolicy(text);
    // A config that cannot be read holds back what a repository without one does. Otherwise a typing error would lift every hold.
    const usable = config.ok ? config : outside.readPolicy(null);
    const labels = (usable.ok && usable.policy.holdLabels) || [];
    const configured = config.ok ? config.policy.producers : {};
    return { configured, holdLabels: labels.map((label) => label.toLowerCase()), workflows };
  });
}

/** Reads the pulls that merged before the base's commit once: later ones move the base. */
function readMerged(outside: ProducerReader, { repo, branch, sha }: Base): Promise<Map<string, Producer[]>> {
  return readOnce(outside.github, JSON.stringify(["merged", repo.id, branch, sha]), async () => {
    const heads = await outside.github.mergedHeads(repo, branch, MERGED_PULLS);
    return readMakers(outside, repo, [...new Set(heads)], new Map());
  });
}

/** Adds the producers of the commits' checks to those that are known. */
async function readMakers(
  { github }: ProducerReader,
  repo: Repo,
  commits: readonly string[],
  known: ReadonlyMap<string, Producer[]>,
): Promise<Map<string, Producer[]>> {
  const found = new Map(known);
  for (const head of commits) {
    for (const { name, producer } of await github.checks(repo, head)) {
      if (producer.kind === "job" && producer.workflow === ATTEMPT_WORKFLOW) continue;
      found.set(name, [...(found.get(name) ?? []), producer]);
    }
  }
  return found;
}
