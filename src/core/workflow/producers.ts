/** Derives who makes a required check that no rule pins to an App. */
import { ACTIONS_APP, type ExpectedProducer, MAX_MAKERS, type Producer } from "../github.ts";
import type { Workflow } from "../preflight/facts.ts";
import { isProven, jobsNamed } from "./names.ts";

/** The evidence of the base and its last merges for a check's producer. */
export interface Evidence {
  /** `producers:` of the base's config: an App's id or the login that creates the status. Left out: not named there. */
  configured: Record<string, number | string>;
  /** The base's workflow files, the attempt workflow left out. */
  workflows: readonly Workflow[];
  /** The producers of the check on the heads of the last merged pulls and on the base. */
  history: readonly Producer[];
}

/**
 * A maintainer's own words come first: they also end a dispute in the history. A check that several kinds of producers have made
 * is unknown, unless a job was among them: the others may be forged.
 */
export function deriveProducer(check: string, evidence: Evidence): ExpectedProducer {
  const configured = Object.hasOwn(evidence.configured, check) ? evidence.configured[check] : undefined;
  const makers = filesMaking(check, evidence.workflows);
  const workflows = makers.length > 0 && makers.length <= MAX_MAKERS ? makers : null;
  if (configured === ACTIONS_APP) return { kind: "job", workflows };
  if (typeof configured === "number") return { kind: "app", appId: configured };
  if (configured !== undefined) return { kind: "status", creator: configured };
  if (makers.length > 0) return { kind: "job", workflows };
  const seen = evidence.history.map(fromHistory);
  const job = seen.find(({ kind }) => kind === "job");
  if (job !== undefined) return job;
  const distinct = new Map(seen.map((producer) => [JSON.stringify(producer), producer]));
  const [only] = distinct.values();
  return distinct.size === 1 && only !== undefined ? only : { kind: "unknown" };
}

/** Returns the paths of the base's workflow files of which a job certainly reports under the name on the head of a pull. */
export function filesMaking(check: string, workflows: readonly Workflow[]): string[] {
  return workflows.flatMap(({ path, judgesHeads, jobs }) =>
    judgesHeads && jobsNamed(jobs, check).some((job) => isProven(job, check)) ? [path] : [],
  );
}

function fromHistory(producer: Producer): ExpectedProducer {
  switch (producer.kind) {
    case "job":
      return { kind: "job", workflows: null };
    case "app":
      // A check run of GitHub Actions that is no job was made by a job's token. Any job can make one.
      return producer.appId === null || producer.appId === ACTIONS_APP
        ? { kind: "unknown" }
        : { kind: "app", appId: producer.appId };
    case "status":
      // So with a status of its bot: the workflow that posts it is as good as any other that has the token.
      return producer.creator === null || producer.creator === ACTIONS_BOT
        ? { kind: "unknown" }
        : { kind: "status", creator: producer.creator };
  }
}

/** The creator of statuses that a job's token posts. */
const ACTIONS_BOT = "github-actions[bot]";
