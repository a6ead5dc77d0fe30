/** Parses a workflow file into a WorkflowSpec, or into its errors in the official parser's words. */
import { convertOn } from "@actions/workflow-parser/model/converter/events";
import { convertJobs } from "@actions/workflow-parser/model/converter/jobs";
import type { TemplateContext } from "@actions/workflow-parser/templates/template-context";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/index";
import { isMapping } from "@actions/workflow-parser/templates/tokens/type-guards";
import { cacheAccessOf } from "./cache-mode.ts";
import { maxInputs } from "./inputs.ts";
import type { EventFilter, InputSpec, JobSpec, RunDefaults, WorkflowSpec } from "./model.ts";
import { parsePermissions } from "./permissions.ts";
import { problems, readBySchema } from "./schema.ts";
import { conditionOf, stepsOf } from "./steps.ts";
import { asMap, asText, asTexts, mappingOf, type Template, type TemplateMap, templateOf } from "./template.ts";

export type ParseResult = { workflow: WorkflowSpec } | { errors: string[] };

function filterOf(template: Template | undefined): EventFilter {
  const filter = asMap(template);
  const list = (key: string) => (filter.has(key) ? asTexts(filter.get(key)) : null);
  return {
    types: list("types"),
    branches: list("branches"),
    branchesIgnore: list("branches-ignore"),
    tags: list("tags"),
    tagsIgnore: list("tags-ignore"),
    paths: list("paths"),
    pathsIgnore: list("paths-ignore"),
    workflows: asTexts(filter.get("workflows")),
  };
}

const opposites = [
  ["branches", "branchesIgnore"],
  ["tags", "tagsIgnore"],
  ["paths", "pathsIgnore"],
] as const;

function eventsOf(on: Template): Map<string, EventFilter> {
  if (on instanceof Map) return new Map([...on].map(([event, filter]) => [event, filterOf(filter)]));
  return new Map(asTexts(on).map((event) => [event, filterOf(undefined)]));
}

const inputTypes = ["string", "boolean", "number", "choice", "environment"] as const;

function inputsOf(template: Template | undefined): Map<string, InputSpec> {
  const inputs = new Map<string, InputSpec>();
  for (const [name, value] of asMap(template)) {
    const spec = asMap(value);
    inputs.set(name, {
      type: inputTypes.find((type) => type === spec.get("type")) ?? "string",
      required: spec.get("required") === true,
      default: spec.get("default"),
      options: asTexts(spec.get("options")),
    });
  }
  return inputs;
}

function callOf(template: Template | undefined): WorkflowSpec["call"] {
  const call = asMap(template);
  const secrets = [...asMap(call.get("secrets"))].map(
    ([name, spec]) => [name, { required: asMap(spec).get("required") === true }] as const,
  );
  const outputs: TemplateMap = new Map();
  for (const [name, spec] of asMap(call.get("outputs"))) outputs.set(name, asMap(spec).get("value") ?? null);
  return { inputs: inputsOf(call.get("inputs")), secrets: new Map(secrets), outputs };
}

function defaultsOf(template: Template | undefined): RunDefaults {
  const run = asMap(asMap(template).get("run"));
  return { shell: run.get("shell"), workingDirectory: run.get("working-directory") };
}

/**
 * Job keys that this runner cannot honour. A job that has one fails, since without it the job would mean something else.
 * `environment` is no such key: GitHub makes a missing one, without rules or secrets.
 */
const unsupportedKeys = ["container", "services", "snapshot"];

function jobOf(context: TemplateContext, id: string, token: MappingToken): JobSpec {
  const job = mappingOf(token);
  const common = {
    id,
    name: job.get("name"),
    needs: asTexts(job.get("needs")),
    if: conditionOf(context, token.find("if")),
    strategy: job.get("strategy"),
    permissions: parsePermissions(job.get("permissions")),
    cacheAccess: cacheAccessOf(job.get("cache-mode")),
    concurrency: job.get("concurrency"),
  };
  const uses = asText(job.get("uses"));
  if (uses !== undefined) {
    const secrets = job.get("secrets");
    const passed = secrets === "inherit" ? "inherit" : asMap(secrets);
    return { ...common, kind: "call", uses, with: asMap(job.get("with")), secrets: passed };
  }
  return {
    ...common,
    kind: "steps",
    runsOn: job.get("runs-on"),
    env: job.get("env"),
    defaults: defaultsOf(job.get("defaults")),
    timeoutMinutes: job.get("timeout-minutes"),
    continueOnError: job.get("continue-on-error"),
    outputs: asMap(job.get("outputs")),
    steps: stepsOf(context, token.find("steps")),
    unsupported: unsupportedKeys.find((key) => job.has(key)) ?? null,
  };
}

/** Reads and checks a workflow file: schema, expressions, step ids and the graph of `needs`. */
export function parseWorkflow(path: string, text: string): ParseResult {
  const { context, root } = readBySchema("workflow", path, text);
  const jobsToken = root?.find("jobs");
  const onToken = root?.find("on");
  if (root === null || jobsToken === undefined || onToken === undefined || context.errors.count > 0) {
    const errors = problems(context);
    return { errors: errors.length > 0 ? errors : [`${path}: the file is empty or is not a workflow`] };
  }
  convertOn(context, onToken);
  convertJobs(context, jobsToken);
  if (context.errors.count > 0) return { errors: problems(context) };

  const top = mappingOf(root);
  const on = templateOf(onToken);
  const jobs: JobSpec[] = [];
  if (isMapping(jobsToken)) {
    for (const { key, value } of jobsToken) if (isMapping(value)) jobs.push(jobOf(context, key.toString(), value));
  }
  for (const filter of eventsOf(on).values()) {
    const both = opposites.find(([one, other]) => filter[one] !== null && filter[other] !== null);
    if (both === undefined) continue;
    const [one, other] = both.map((key) => `\`${key.replace("Ignore", "-ignore")}\``);
    context.error(onToken, `you may only define one of ${one} and ${other} for a single event`);
  }
  const dispatchInputs = inputsOf(asMap(asMap(on).get("workflow_dispatch")).get("inputs"));
  if (dispatchInputs.size > maxInputs) {
    context.error(onToken, `you may only define up to ${maxInputs} \`inputs\` for a \`workflow_dispatch\` event`);
  }
  const workflow: WorkflowSpec = {
    path,
    name: asText(top.get("name")) ?? path,
    runName: top.get("run-name"),
    on: eventsOf(on),
    dispatchInputs,
    call: callOf(asMap(on).get("workflow_call")),
    permissions: parsePermissions(top.get("permissions")),
    cacheAccess: cacheAccessOf(top.get("cache-mode")),
    env: top.get("env"),
    defaults: defaultsOf(top.get("defaults")),
    concurrency: top.get("concurrency"),
    jobs,
  };
  return context.errors.count > 0 ? { errors: problems(context) } : { workflow };
}
