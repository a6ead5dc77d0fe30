/** Reads `--job-env NAME[=VALUE]`: variables for the jobs that check, which no agent's job gets. */
import { BadInput } from "../bad-input.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Keys of models and their gateways. Code that an agent wrote runs in the jobs that check it. */
const MODEL_KEYS =
  /^(ANTHROPIC|CLAUDE|OPENAI|AZURE_OPENAI|GEMINI|GOOGLE_(API|GENERATIVE)|MISTRAL|OPENROUTER|AWS_BEARER|HEADGATE)_/;
/** GitHub gives these to each job itself. */
const RUNNERS_OWN = /^(GITHUB|RUNNER|ACTIONS)_|^(PATH|HOME|TMPDIR|CI)$/;
const MOST = 100;
const MOST_CHARACTERS = 32_768;

/** @throws BadInput naming the first unusable variable */
export function readJobEnv(given: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  if (given.length > MOST) throw new BadInput(`--job-env is given more than ${MOST} times`);
  const found: Record<string, string> = {};
  for (const one of given) {
    const at = one.indexOf("=");
    const name = at < 0 ? one : one.slice(0, at);
    if (!NAME.test(name)) throw new BadInput(`--job-env: '${name}' is no name of a variable; write NAME or NAME=VALUE`);
    if (MODEL_KEYS.test(name)) {
      throw new BadInput(`--job-env: ${name} belongs to the model, and code that an agent wrote would read it`);
    }
    if (RUNNERS_OWN.test(name)) throw new BadInput(`--job-env: each job gets its own ${name}`);
    const value = at < 0 ? env[name] : one.slice(at + 1);
    if (value === undefined) throw new BadInput(`--job-env: ${name} is not set; export it, or write ${name}=VALUE`);
    if (value.length > MOST_CHARACTERS) throw new BadInput(`--job-env: ${name} is longer than ${MOST_CHARACTERS}`);
    found[name] = value;
  }
  return found;
}
