/** Does actions/upload-artifact, version 4: an artifact is written once, under a name that its run has once. */
import { dirname, relative, resolve, sep } from "node:path";
import { fixedPart, matchFiles } from "../../execute/machine/match-files.ts";
import { StepError } from "../../execute/step-error.ts";
import type { ActionCall, BuiltInAction } from "../../execute/steps/call.ts";
import { booleanInput, linesInput, textInput } from "../inputs.ts";
import type { Artifacts } from "./store.ts";

/** Returns the folder that paths in the artifact are relative to: the searched one, or the nearest common one of several. */
function rootOf(workspace: string, patterns: readonly string[], files: readonly string[]): string {
  const searched = patterns
    .filter((pattern) => !pattern.startsWith("!"))
    .map((pattern) => resolve(workspace, fixedPart(pattern)))
    .map((path) => (files.includes(path) ? dirname(path) : path));
  const [first = [], ...others] = searched.map((path) => path.split(sep));
  const differs = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return (differs < 0 ? first : first.slice(0, differs)).join(sep) || sep;
}

function isHidden(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith("."));
}

async function upload(artifacts: Artifacts, { job, inputs, outputs, log }: ActionCall): Promise<undefined> {
  const { workspace } = job.folders;
  const { run } = job.request;
  const name = textInput(inputs, "name", "artifact");
  const patterns = linesInput(inputs, "path").map((path) => path.replace(/^~(?=\/|$)/, job.folders.home));
  if (patterns.length === 0) throw new StepError("Input required and not supplied: path");

  const matched = matchFiles(workspace, patterns);
  const root = rootOf(workspace, patterns, matched);
  const hidden = booleanInput(inputs, "include-hidden-files", false);
  const files = matched.filter((file) => hidden || !isHidden(relative(root, file)));
  if (files.length === 0) {
    const message = `No files were found with the provided path: ${patterns.join("\n")}. No artifacts will be uploaded.`;
    const choice = textInput(inputs, "if-no-files-found", "warn");
    if (choice === "error") throw new StepError(message);
    if (choice === "warn") log.warning(message);
    else log.line(message);
    return;
  }

  const entries = files.map((file) => ({ name: relative(root, file).split(sep).join("/"), file }));
  const overwrite = booleanInput(inputs, "overwrite", false);
  const days = Number(textInput(inputs, "retention-days", "0"));
  const artifact = await artifacts.save(run, { name, entries, overwrite, retentionDays: days > 0 ? days : null });
  outputs["artifact-id"] = String(artifact.id);
  outputs["artifact-digest"] = artifact.digest.replace("sha256:", "");
  const { serverUrl } = job.request.host;
  const { owner, name: repository } = job.request.repository;
  outputs["artifact-url"] = `${serverUrl()}/${owner}/${repository}/actions/runs/${run.id}/artifacts/${artifact.id}`;
  log.line(
    `Artifact ${name} with ${files.length} files, ${artifact.sizeInBytes} bytes, was uploaded. Its ID is ${artifact.id}`,
  );
}

export function uploadArtifact(artifacts: Artifacts): BuiltInAction {
  return (call) => upload(artifacts, call);
}
