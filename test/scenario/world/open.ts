/** Makes a world for one test: a sandbox, a repository with a check in it, the App installed, and an issue without a label. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startSandbox } from "@headgate/github-sandbox";
import type { ScriptInput } from "@headgate/scripted-model";
import { startScriptedModel } from "@headgate/scripted-model";
import { onTestFinished } from "vitest";
import { commitFolder } from "../../../src/cli/git.ts";
import { attemptWorkflow } from "../../../src/cli/run/site.ts";
import { appManifest, publishHeadgate, withFolder } from "../../../src/cli/setup.ts";
import { ATTEMPT_WORKFLOW } from "../../../src/core/attempt.ts";
import type { Policy } from "../../../src/core/policy.ts";
import { defaultPolicy } from "../../../src/core/policy.ts";
import type { GitHub } from "../../../src/loop/github-port.ts";
import { createPlanner } from "../../../src/planner/planner.ts";
import { checkedRepository } from "../run.ts";
import { AT } from "./onlooker.ts";
import { Clock, World } from "./world.ts";

export interface WorldOptions {
  /** What the planner answers; may be changed later, in `World.plan`. */
  plan?: unknown;
  /** The agent in bash; $WORLD is the folder of `World.open`, and `gate NAME` waits for it. */
  agent?: string;
  /** What the repository's required check `unit` runs, with the same $WORLD and `gate`. */
  test?: string;
  files?: Record<string, string>;
  /** In place of `unit`. */
  required?: string[];
  policy?: Partial<Policy>;
  /** The issue's text. */
  body?: string;
  /** The planner of `headgate serve`, on a model that answers from this, in place of `plan`. */
  script?: ScriptInput;
  /** In place of the attempt workflow. */
  workflow?: string;
}

const GATE = 'gate() { until [ -e "$WORLD/$1" ]; do sleep 0.05; done; }';

/** A plan of tasks that know nothing of each other. */
export function tasks(...ids: string[]) {
  return { tasks: ids.map((id) => ({ id, title: `Make ${id}` })) };
}

/** Closed again when the test ends. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-world-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const gates = join(folder, "gates");
  await mkdir(gates);
  const clock = new Clock();
  const sandbox = await startSandbox({
    dataDir: join(folder, "sandbox"),
    slots: 8,
    environment: { WORLD: gates },
    clock: { now: () => new Date(clock.now()) },
  });
  onTestFinished(() => sandbox.close());

  await publishHeadgate(sandbox);
  const { user: maya, token } = sandbox.createUser("maya");
  const repository = await sandbox.createRepository({ owner: maya, name: AT.repo });
  sandbox.addCollaborator(repository, sandbox.createUser("sam").user, "triage");
  await withFolder(async (source) => {
    for (const [path, text] of Object.entries(filesOf(options, gates))) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), text);
    }
    await commitFolder(source, "main", "first");
    await sandbox.importRepository(repository, source, "main", "main");
  });
  sandbox.setProtection(repository, "main", {
    requiredStatusChecks: {
      strict: true,
      checks: (options.required ?? ["unit"]).map((context) => ({ context, appId: null })),
    },
  });
  const { app, privateKey } = await sandbox.createApp(await appManifest());
  sandbox.install(app, maya, "all");

  const plan = options.plan ?? tasks("one");
  const policy = { ...defaultPolicy, ...options.policy };
  const planner = options.script === undefined ? null : await scriptedPlanner(options.script);
  const world = new World({
    sandbox,
    app,
    repository: repository.id,
    privateKey,
    gates,
    clock,
    token,
    plan,
    policy,
    planner,
  });
  await world.as("maya").rest.issues.create({ ...AT, title: "Make files", body: options.body ?? "Make the files." });
  await world.start();
  onTestFinished(() => world.stop());
  return world;
}

async function scriptedPlanner(script: ScriptInput) {
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  return (github: GitHub) => createPlanner({ github, model: { apiKey: "any", baseUrl: model.url } });
}

function filesOf(options: WorldOptions, gates: string): Record<string, string> {
  const agent = options.agent ?? "echo made > $HEADGATE_TASK_ID.txt";
  // An agent has nothing of its job's environment.
  const agentCommand = `WORLD='${gates}'\n${GATE}\n${agent}`;
  return {
    ...checkedRepository(`${GATE}\n${options.test ?? "true"}`, options.files),
    [ATTEMPT_WORKFLOW]: options.workflow ?? attemptWorkflow({ engine: "command", agentCommand }),
  };
}
