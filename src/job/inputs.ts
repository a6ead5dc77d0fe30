/** Parses the action's inputs and environment before anything runs. */
import { z } from "zod";
import { attemptId, Brief, PROTOCOL } from "../core/attempt.ts";

/** The job cannot work, and the agent is not the cause. The message is for readers of the log. */
export class CannotRun extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CannotRun";
  }
}

const Text = z.string().min(1);
/** Actions sets a missing secret or input to the empty string. */
const OptionalText = z
  .string()
  .optional()
  .transform((text) => (text === "" ? undefined : text));

const Environment = z.object({
  INPUT_PROTOCOL: Text,
  INPUT_ATTEMPT: Text,
  INPUT_BRIEF: Text,
  INPUT_ENGINE: z.enum(["builtin", "command"]),
  INPUT_COMMAND: OptionalText,
  ANTHROPIC_API_KEY: OptionalText,
  ANTHROPIC_BASE_URL: OptionalText,
  GITHUB_WORKSPACE: Text,
  GITHUB_OUTPUT: Text,
  GITHUB_RUN_ATTEMPT: z.string().default("1"),
  RUNNER_TEMP: Text,
  PATH: Text,
  LANG: OptionalText,
  HOME: OptionalText,
});

export interface Inputs {
  brief: Brief;
  attempt: string;
  engine: "builtin" | "command";
  /** Shell command of the engine `command`. */
  command: string;
  /** Used by the engine `builtin`. */
  provider: { apiKey: string | undefined; baseUrl: string | undefined };
  /** Path of the checkout. */
  workspace: string;
  /** Path of the runner's temporary folder for this job. */
  runnerTemp: string;
  /** Path of the file for step outputs. */
  outputFile: string;
  path: string;
  lang: string;
  /** The machine's proxies and certificates, without which an agent's programs reach nothing. */
  network: Record<string, string>;
  /** Path of the job's home folder; null: unknown. */
  home: string | null;
}

/** Reads the inputs. Throws `CannotRun` naming each missing or malformed one. */
export function readInputs(environment: NodeJS.ProcessEnv): Inputs {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) throw new CannotRun(describe(parsed.error));
  const given = parsed.data;
  if (given.INPUT_PROTOCOL !== PROTOCOL) {
    throw new CannotRun(
      `this action speaks protocol ${PROTOCOL}, but was asked for protocol ${given.INPUT_PROTOCOL}: let the workflow ` +
        "use the version of Headgate that dispatched it",
    );
  }
  // A second run attempt has no recorded authenticity: promotion takes only the result of run attempt 1.
  if (given.GITHUB_RUN_ATTEMPT !== "1") {
    throw new CannotRun("attempts are not re-run: comment '/headgate retry <task>' on the issue instead");
  }
  const brief = readBrief(given.INPUT_BRIEF);
  const expected = attemptId(brief.issue.number, brief.task, brief.attempt);
  if (given.INPUT_ATTEMPT !== expected) {
    throw new CannotRun(`the brief is for attempt ${expected}, but the input 'attempt' is '${given.INPUT_ATTEMPT}'`);
  }
  if (given.INPUT_ENGINE === "command" && given.INPUT_COMMAND === undefined) {
    throw new CannotRun("the engine 'command' needs the input 'command'");
  }
  return {
    brief,
    attempt: given.INPUT_ATTEMPT,
    engine: given.INPUT_ENGINE,
    command: given.INPUT_COMMAND ?? "",
    provider: { apiKey: given.ANTHROPIC_API_KEY, baseUrl: given.ANTHROPIC_BASE_URL },
    workspace: given.GITHUB_WORKSPACE,
    runnerTemp: given.RUNNER_TEMP,
    outputFile: given.GITHUB_OUTPUT,
    path: given.PATH,
    lang: given.LANG ?? "C.UTF-8",
    network: networkOf(environment),
    home: given.HOME ?? null,
  };
}

const NETWORK = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"],
  ...["GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "CARGO_HTTP_CAINFO"],
];

function networkOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(NETWORK.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

function readBrief(text: string): Brief {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CannotRun("the input 'brief' is not JSON", { cause: error });
  }
  const parsed = Brief.safeParse(json);
  if (!parsed.success) throw new CannotRun(`the input 'brief' is malformed: ${describe(parsed.error)}`);
  if ((parsed.data.kind === "resolve") !== (parsed.data.merge !== null)) {
    throw new CannotRun("the input 'brief' is malformed: a resolve attempt, and only that, has a commit to merge");
  }
  return parsed.data;
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
