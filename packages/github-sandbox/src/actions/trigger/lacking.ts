/** Finds out what the actions and commands of a job ask for and this machine lacks, before the job runs. */
import { existsSync } from "node:fs";
import type { Repository } from "../../store/entities.ts";
import type { Lack } from "../execute/lack.ts";
import { usableRepository } from "../host/repositories.ts";
import { parseAction } from "../parse/action.ts";
import type { StepSpec, UsesStep, WorkflowSpec } from "../parse/model.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import { scriptText } from "./inert.ts";

/** The commit whose local actions are read. */
export interface At {
  scheduler: Scheduler;
  repository: Repository;
  commit: string;
}

/** Composite actions may be nested this deep. */
const MAX_DEPTH = 10;

export type Lacks = (step: UsesStep) => Lack | null;

/** Returns the first thing that a step asks for and this machine lacks. Pass only the steps that may run. */
export function firstLack(steps: readonly StepSpec[], lacks: Lacks): Lack | null {
  for (const step of steps) {
    const lack = stepLack(step, lacks);
    if (lack !== null) return lack;
  }
  return null;
}

function stepLack(step: StepSpec, lacks: Lacks): Lack | null {
  switch (step.kind) {
    case "other":
      return { kind: "key", key: step.key };
    case "uses":
      return lacks(step);
    case "run":
      return DOCKER.test(scriptText(step.run)) && !hasDocker() ? { kind: "program", program: "docker" } : null;
  }
}

/** A line that needs Docker. An indented one may stand below a condition that asks for it. */
const DOCKER = /^(?:sudo )?docker(?:-compose| compose| run| build| buildx| pull| exec) /m;

function hasDocker(): boolean {
  return process.env.DOCKER_HOST !== undefined || existsSync("/var/run/docker.sock");
}

/** Reads every action that the workflows use, also those inside the composite actions of the repository itself. */
export async function lackingOf(at: At, workflows: readonly WorkflowSpec[]): Promise<Lacks> {
  const elsewhere = await storedElsewhere(at);
  const known = new Map<string, Promise<Lack | null>>();
  const steps = workflows.flatMap(({ jobs }) => jobs.flatMap((job) => (job.kind === "steps" ? job.steps : [])));
  const found = new Map<string, Lack | null>();
  for (const uses of usesOf(steps)) found.set(uses, await actionLack(at, uses, known, 0));
  return (step) => found.get(step.uses) ?? checkoutLack(elsewhere, step);
}

function actionLack(
  at: At,
  uses: string,
  known: Map<string, Promise<Lack | null>>,
  depth: number,
): Promise<Lack | null> {
  const before = known.get(uses);
  if (before !== undefined) return before;
  const reading = uses.startsWith("./") ? localLack(at, uses, known, depth) : Promise.resolve(remoteLack(at, uses));
  known.set(uses, reading);
  return reading;
}

function remoteLack({ scheduler, repository }: At, uses: string): Lack | null {
  if (uses.startsWith("docker://")) return { kind: "action-kind", uses, using: "docker" };
  if (scheduler.builtIn(uses) !== null) return null;
  const [, fullName = ""] = /^([^/@]+\/[^/@]+)(?:\/[^@]*)?@.+$/.exec(uses) ?? [];
  return usableRepository(scheduler.host, repository, fullName) === null ? { kind: "action", uses } : null;
}

/** An action that is not in the commit may be made by an earlier step, so it lacks nothing. */
async function localLack(
  at: At,
  uses: string,
  known: Map<string, Promise<Lack | null>>,
  depth: number,
): Promise<Lack | null> {
  const folder = uses.replace(/^\.\//, "").replace(/\/+$/, "");
  if (depth >= MAX_DEPTH || folder.split("/").includes("..")) return null;
  const runs = await readRuns(at, folder);
  if (runs === null) return null;
  if (runs.kind === "other") return { kind: "action-kind", uses, using: runs.using };
  if (runs.kind === "javascript") return null;
  const inner = new Map<string, Lack | null>();
  for (const each of usesOf(runs.steps)) inner.set(each, await actionLack(at, each, known, depth + 1));
  return firstLack(runs.steps, (step) => inner.get(step.uses) ?? null);
}

async function readRuns({ scheduler, repository, commit }: At, folder: string) {
  for (const name of ["action.yml", "action.yaml"]) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const text = await scheduler.host.readFile(repository, commit, path);
    if (text === null) continue;
    try {
      return parseAction(path, text).runs;
    } catch {
      // The job will fail with the parser's words: a fault of the repository, not of this machine.
      return null;
    }
  }
  return null;
}

function usesOf(steps: readonly StepSpec[]): Set<string> {
  return new Set(steps.flatMap((step) => (step.kind === "uses" ? step.uses : [])));
}

type Elsewhere = ReadonlyMap<string, string>;

/** Returns the inputs of actions/checkout that ask for what this sandbox does not store, with what that is. */
async function storedElsewhere({ scheduler, repository, commit }: At): Promise<Elsewhere> {
  const found = new Map<string, string>();
  const read = (path: string) => scheduler.host.readFile(repository, commit, path);
  if ((await read(".gitmodules")) !== null) found.set("submodules", "submodules");
  if (/\bfilter=lfs\b/.test((await read(".gitattributes")) ?? "")) found.set("lfs", "Git LFS files");
  return found;
}

function checkoutLack(elsewhere: Elsewhere, { uses, with: inputs }: UsesStep): Lack | null {
  if (!/^actions\/checkout@/i.test(uses)) return null;
  for (const [name, value] of inputs) {
    const what = elsewhere.get(name.toLowerCase());
    const asks = value !== "" && String(value ?? "false").toLowerCase() !== "false";
    if (what !== undefined && asks) return { kind: "stored-elsewhere", what };
  }
  return null;
}
