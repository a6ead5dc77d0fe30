/** Reads who makes the required checks: from the base's config and workflow files, else from what merged last. */
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import {
  ACTIONS_APP,
  type Producer,
  type PullSnapshot,
  type Repo,
  type RequiredCheck,
  repoName,
} from "../../core/github.ts";
import type { Workflow } from "../../core/preflight/index.ts";
import { deriveProducer, filesMaking } from "../../core/workflow/producers.ts";
import type { Outside } from "../outside.ts";
import { readWorkflows } from "./workflows.ts";

type Producers = PullSnapshot["producers"];
export type ProducerReader = Pick<Outside, "github" | "readPolicy" | "readWorkflow">;

/** Merged pulls whose heads show who made a check. */
const MERGED_PULLS = 10;
/** Bases that are remembered. A base's commit never changes, and every observation of a pull asks for it. */
const MAX_BASES = 50;

interface Base {
  repo: Repo;
  branch: string;
  sha: string;
}

/** Evidence that never changes for one commit of the base, read when it is first needed. */
interface Known {
  files: Promise<{ configured: Record<string, number | string>; workflows: Workflow[] }>;
  /** Producers of the checks of pulls that merged; null: not needed yet. */
  merged: Promise<Map<string, Producer[]>> | null;
}

const remembered = new WeakMap<object, Map<string, Known>>();

/** Leaves out the checks that a rule pins to another App than GitHub Actions: the rule says who makes them. */
export async function readProducers(
  outside: ProducerReader,
  base: Base,
  required: readonly RequiredCheck[],
): Promise<Producers> {
  const open = required.filter(({ appId }) => appId === null || appId === ACTIONS_APP);
  if (open.length === 0) return [];
  const known = knownOf(outside, base);
  try {
    const { configured, workflows } = await known.files;
    const inFiles = ({ name, appId }: RequiredCheck) =>
      appId === ACTIONS_APP || Object.hasOwn(configured, name) || filesMaking(name, workflows).length > 0;
    known.merged ??= open.every(inFiles) ? null : readMerged(outside, base);
    const merged = (await known.merged) ?? new Map<string, Producer[]>();
    const derived = (history: Map<string, Producer[]>): Producers =>
      open.map(({ name, appId }) => {
        const pinned = appId === ACTIONS_APP ? { [name]: appId } : configured;
        const evidence = { configured: pinned, workflows, history: history.get(name) ?? [] };
        return { check: name, producer: deriveProducer(name, evidence) };
      });
    const found = derived(merged);
    if (found.every(({ producer }) => producer.kind !== "unknown")) return found;
    // A check of the base itself may be reported any time, so that it is read anew.
    return derived(await readMakers(outside, base.repo, [base.sha], merged));
  } catch (error) {
    remembered.get(outside.github)?.delete(keyOf(base));
    throw error;
  }
}

/** Leaves out the attempt workflow, and files that cannot be read. */
export async function readBaseWorkflows(outside: ProducerReader, base: Base): Promise<Workflow[]> {
  try {
    return (await knownOf(outside, base).files).workflows;
  } catch (error) {
    remembered.get(outside.github)?.delete(keyOf(base));
    throw error;
  }
}

function keyOf({ repo, branch, sha }: Base): string {
  return `${repoName(repo)} ${branch} ${sha}`;
}

function knownOf(outside: ProducerReader, base: Base): Known {
  const bases = remembered.get(outside.github) ?? new Map<string, Known>();
  remembered.set(outside.github, bases);
  const key = keyOf(base);
  const known = bases.get(key) ?? { files: readFiles(outside, base), merged: null };
  bases.delete(key);
  bases.set(key, known);
  const [oldest] = bases.keys();
  if (bases.size > MAX_BASES && oldest !== undefined) bases.delete(oldest);
  return known;
}

async function readFiles(outside: ProducerReader, { repo, sha }: Base) {
  const [text, { workflows }] = await Promise.all([
    outside.github.readFile(repo, sha, ".github/headgate.yml"),
    readWorkflows(outside, repo, sha),
  ]);
  const config = outside.readPolicy(text);
  return { configured: config.ok ? config.policy.producers : {}, workflows };
}

async function readMerged(outside: ProducerReader, { repo, branch }: Base): Promise<Map<string, Producer[]>> {
  const heads = await outside.github.mergedHeads(repo, branch, MERGED_PULLS);
  return readMakers(outside, repo, [...new Set(heads)], new Map());
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
