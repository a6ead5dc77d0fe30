/** Chooses the model of a run: the real one with a key, the scripted one with a script, otherwise none. */
import { readFile } from "node:fs/promises";
import { readTaskList } from "../../planner/written/task-list.ts";
import { BadInput } from "../bad-input.ts";
import { loadScriptedModel } from "../packages.ts";
import type { RunOptions } from "./options.ts";

export interface Model {
  kind: "scripted" | "real" | "none";
  /** A phrase for messages to the user. */
  description: string;
  apiKey: string | null;
  baseUrl: string | null;
  close(): Promise<void>;
}

/** Chooses the model. `script` is a file of scripted answers, used when there is no key. */
export async function chooseModel(
  options: RunOptions,
  script: string | null,
  env: Record<string, string | undefined>,
): Promise<Model> {
  const apiKey = env.ANTHROPIC_API_KEY?.trim() ?? "";
  const written = options.plan !== null || readTaskList(options.issue.body) !== null;
  const needed = options.engine === "builtin" || !written;
  const close = async () => {};
  if (!needed) {
    const description = "no model: the plan is given and the agent is a command";
    return { kind: "none", description, apiKey: null, baseUrl: null, close };
  }
  if (apiKey !== "") {
    const baseUrl = env.ANTHROPIC_BASE_URL?.trim() || null;
    const description = `the real model (ANTHROPIC_API_KEY is set${baseUrl === null ? "" : `, at ${baseUrl}`})`;
    return { kind: "real", description, apiKey, baseUrl, close };
  }
  if (script === null) {
    const missing = options.engine === "builtin" ? "the builtin engine" : "planning without --plan";
    throw new BadInput(
      `ANTHROPIC_API_KEY is not set, and ${missing} needs a model; set it, or give --agent-command and --plan, or --agent-command and a task list in the issue`,
    );
  }
  const { startScriptedModel } = await loadScriptedModel();
  const scripted = await startScriptedModel({ script: JSON.parse(await readFile(script, "utf8")) });
  return {
    kind: "scripted",
    description: "a scripted model, since ANTHROPIC_API_KEY is not set: its answers were written in advance",
    apiKey: "scripted",
    baseUrl: scripted.url,
    close: () => scripted.close(),
  };
}
