/** Does actions/download-artifact, version 4. */
import { resolve } from "node:path";
import picomatch from "picomatch";
import type { Artifact } from "../../../store/entities.ts";
import { StepError } from "../../execute/step-error.ts";
import type { ActionCall, BuiltInAction } from "../../execute/steps/call.ts";
import { booleanInput, linesInput, textInput } from "../inputs.ts";
import type { Artifacts } from "./store.ts";
import { unzip } from "./unzip.ts";

/** Chooses artifacts: one by name, some by pattern or id, or all of the run. */
function chosen({ inputs }: ActionCall, all: readonly Artifact[]): Artifact[] {
  const name = textInput(inputs, "name");
  const ids = linesInput(inputs, "artifact-ids").flatMap((line) => line.split(/[,\s]+/));
  if (name !== "") {
    const found = all.filter((artifact) => artifact.name === name);
    if (found.length === 0) throw new StepError(`Unable to download artifact(s): Artifact not found for name: ${name}`);
    return found;
  }
  if (ids.length > 0) return all.filter((artifact) => ids.includes(String(artifact.id)));
  const pattern = textInput(inputs, "pattern");
  return pattern === "" ? [...all] : all.filter((artifact) => picomatch.isMatch(artifact.name, pattern));
}

/** Returns the run to download from. Another run than the job's needs a token of its own, as on GitHub. */
function runOf({ job, inputs }: ActionCall): number {
  const { run, repository, host } = job.request;
  const id = Number(textInput(inputs, "run-id", String(run.id)));
  if (id === run.id) return id;
  const other = host.store.table("runs").get(id);
  const fullName = textInput(inputs, "repository", `${repository.owner}/${repository.name}`);
  if (fullName.toLowerCase() !== `${repository.owner}/${repository.name}`.toLowerCase()) {
    throw new StepError(`This runner's actions/download-artifact cannot do 'repository: ${fullName}'.`);
  }
  if (other?.repositoryId !== repository.id)
    throw new StepError(`Unable to download artifact(s): there is no run ${id}`);
  if (textInput(inputs, "github-token") === "") {
    throw new StepError("Unable to download artifact(s): 'run-id' of another run needs 'github-token'");
  }
  return id;
}

async function download(artifacts: Artifacts, call: ActionCall): Promise<undefined> {
  const { job, inputs, outputs, log } = call;
  const folder = resolve(job.folders.workspace, textInput(inputs, "path"));
  const found = chosen(call, artifacts.ofRun(runOf(call)));
  // Several artifacts get a folder each, unless the step merges them.
  const flat = textInput(inputs, "name") !== "" || booleanInput(inputs, "merge-multiple", false);
  for (const artifact of found) {
    await unzip(artifacts.path(artifact), flat ? folder : resolve(folder, artifact.name));
    log.line(`Artifact ${artifact.name} was downloaded.`);
  }
  outputs["download-path"] = folder;
  log.line(`Total of ${found.length} artifact(s) downloaded`);
}

export function downloadArtifact(artifacts: Artifacts): BuiltInAction {
  return (call) => download(artifacts, call);
}
