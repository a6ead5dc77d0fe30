/** The subcommands of `headgate`. */
import type { Flag, Subcommand } from "./command-line.ts";

const port: Flag = { value: "NUMBER", about: "the sandbox's port (any free one)" };

const agent: Record<string, Flag> = {
  engine: { value: "builtin|command", about: "an agent on the Messages API, or a command of yours" },
  "agent-command": { value: "SHELL", about: "the agent: runs in each task's checkout; what it leaves is the change" },
};
const checks: Flag = { value: "SHELL", about: "one more required check; for repositories whose workflows run none" };
const skipCheck: Flag = {
  value: "NAME",
  repeats: true,
  about: "a check that no merge requires; may be given several times",
};

const running: Record<string, Flag> = {
  "max-parallel": { value: "NUMBER", about: "attempts that may run at the same time (4)" },
  "data-dir": { value: "FOLDER", about: "keep everything here; run again on it to continue where it stopped" },
  out: { value: "FOLDER", about: "clone the result into this new folder" },
  json: { value: "FILE", about: "write a report of every task, attempt and merge; - prints it alone" },
  keep: { about: "leave the sandbox up at the end and take commands until Ctrl-C" },
  port,
};

const exits = "Exit code 0: completed; 1: error; 2: it waits for you, and says for what; 130: interrupted.";

export const runCommand: Subcommand = {
  name: "run",
  about: "Carries a feature out on a repository, on this machine. Your files and branches stay as they are.",
  flags: {
    repo: { value: "PATH or URL", about: "the repository; its committed HEAD is imported" },
    base: { value: "BRANCH", about: "the branch to land on (the current one)" },
    issue: { value: "FILE.md", about: "the feature: a title and a description" },
    plan: { value: "PLAN.json", about: "your own plan; without it the model plans" },
    ...agent,
    "job-env": {
      value: "NAME[=VALUE]",
      about: "a variable for the jobs that check, never for agents; repeat it for more",
      repeats: true,
    },
    "any-version": { about: "check with the versions of tools that are here, whatever the workflows ask for" },
    checks,
    "skip-check": skipCheck,
    ...running,
  },
  notes: `The result arrives as the branch headgate/result-… of a local repository, or in --out.
Without --plan, or with the engine builtin, a model is needed: set ANTHROPIC_API_KEY.
${exits}

  headgate run --repo . --issue feature.md
  headgate run --repo . --issue feature.md --plan plan.json --agent-command './agent.sh' --checks 'npm test'`,
};

export const planCommand: Subcommand = {
  name: "plan",
  about: "Says what Headgate would do with a feature and what it would take; starts nothing.",
  flags: {
    repo: { value: "PATH or URL", about: "the repository; its committed HEAD is looked at" },
    base: { value: "BRANCH", about: "the branch to land on (the current one)" },
    issue: { value: "FILE.md", about: "the feature: a title and a description, or a task list" },
    plan: { value: "PLAN.json", about: "your own plan; without it the issue's task list counts, else the model plans" },
    ...agent,
    checks,
    "skip-check": skipCheck,
    "max-parallel": running["max-parallel"]!,
    json: { about: "print everything as one JSON document" },
  },
  notes: `Where nobody wrote the tasks down, a model is needed: set ANTHROPIC_API_KEY.
Exit code 0: it could begin; 1: error; 2: it needs you first, and says for what; 130: interrupted.

  headgate plan --repo . --issue feature.md`,
};

export const demo: Subcommand = {
  name: "demo",
  about: "Carries a feature of the bundled sample out; takes a minute and needs no key.",
  flags: running,
  notes: exits,
};

export const serveCommand: Subcommand = {
  name: "serve",
  about: "Runs the GitHub App, configured by its environment.",
  flags: {},
  notes: `  APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH    the App's identity
  WEBHOOK_SECRET                             the secret of its webhook
  ANTHROPIC_API_KEY                          for planning
  DATABASE_URL or HEADGATE_DATA_DIR          PostgreSQL, or a folder
  GITHUB_API_URL                             another GitHub (https://api.github.com)
  PORT, HOST                                 where to listen`,
};

/** Describes the parameters of `headgate explain`. */
export const EXPLAINED = "owner/repo#NUMBER";

export const explainCommand: Subcommand = {
  name: "explain",
  about: "Says why an issue or a pull request is where it is, what comes next, and who must act.",
  argument: EXPLAINED,
  flags: {
    "data-dir": {
      value: "FOLDER",
      about: "the folder of `headgate serve`, or of a run (HEADGATE_DATA_DIR, where DATABASE_URL is not set)",
    },
  },
  notes: `Asks the server that runs on the folder; where none runs, reads the folder itself. With DATABASE_URL it reads the
database, whether a server runs or not. It changes nothing, and asks GitHub nothing.

  headgate explain acme/tool#12 --data-dir /data`,
};

export const sandbox: Subcommand = {
  name: "sandbox",
  about: "Starts a GitHub for this machine alone, with a sample repository, and says how to use it.",
  flags: {
    port,
    "data-dir": { value: "FOLDER", about: "keep its state here (.headgate/sandbox)" },
    "app-port": { value: "NUMBER", about: "where `headgate serve` will listen: webhooks go there (3000)" },
    slots: { value: "NUMBER", about: "Actions jobs at the same time (8)" },
    limits: { value: "generous|github", about: "rate limits nobody meets, or GitHub's own (generous)" },
    faults: {
      value: "none|light|heavy",
      about: "late, lost and repeated webhooks, 502s, time-outs, lost runners (none)",
    },
    seed: { value: "NUMBER", about: "the same seed brings the same faults (any)" },
  },
  notes: "",
};
