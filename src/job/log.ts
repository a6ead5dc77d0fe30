/** Writes the job's log. Makes an agent's output inert and removes secrets. */
import { randomUUID } from "node:crypto";

/** Enough for a person to follow an agent, but a command with endless output cannot fill the runner's disk. */
const MAX_AGENT_CHARACTERS = 1_000_000;

export interface JobLog {
  /** Writes a line of Headgate's own. */
  line(text: string): void;
  /** Writes output of an agent as it arrives. */
  agent(text: string): void;
  /** Adds an error annotation to the workflow run. */
  error(text: string): void;
  /** Tells a value to the machine that runs the job. Its log on GitHub shows it only with step debugging turned on. */
  debug(value: unknown): void;
  /** Runs `work` while the runner ignores workflow commands in the log. */
  withoutCommands<T>(work: () => Promise<T>): Promise<T>;
  /** Returns the text with every secret masked. */
  redact(text: string): string;
}

export function actionLog(write: (text: string) => void, secrets: readonly string[]): JobLog {
  let agentCharacters = 0;
  /** The word with which the runner obeys commands again; null: it does. */
  let resumeWord: string | null = null;

  function redact(text: string): string {
    return secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  }

  function agent(text: string): void {
    const room = MAX_AGENT_CHARACTERS - agentCharacters;
    if (room <= 0) return;
    agentCharacters += text.length;
    write(redact(text.slice(0, room)));
    if (text.length > room) write("\n(further output is left out)\n");
  }

  // Without this, an agent's line such as `::set-output …` would be a command to the runner:
  // https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
  async function withoutCommands<T>(work: () => Promise<T>): Promise<T> {
    const token = randomUUID();
    write(`::stop-commands::${token}\n`);
    resumeWord = token;
    try {
      return await work();
    } finally {
      resumeWord = null;
      write(`\n::${token}::\n`);
    }
  }

  function debug(value: unknown): void {
    const command = `::debug::${escapeCommand(redact(JSON.stringify(value)))}\n`;
    // In one write, so that no output of the agent comes in between and is obeyed.
    write(resumeWord === null ? command : `\n::${resumeWord}::\n${command}::stop-commands::${resumeWord}\n`);
  }

  return {
    redact,
    debug,
    agent,
    withoutCommands,
    line: (text) => write(`${redact(text)}\n`),
    error: (text) => write(`::error::${escapeCommand(redact(text))}\n`),
  };
}

function escapeCommand(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
