/** What `headgate run` is asked to do, from its flags. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { z } from "zod";

/** A flag that is a number of this range. */
export function whole(min: number, max: number) {
  return z.coerce
    .number({ error: `give a whole number from ${min} to ${max}` })
    .int()
    .min(min)
    .max(max);
}

const Flags = z.object({
  repo: z.string({ error: "--repo is needed: the path or git URL of a repository" }).min(1),
  base: z.string().min(1).optional(),
  issue: z.string({ error: "--issue is needed: a Markdown file with the feature's title and description" }).min(1),
  plan: z.string().min(1).optional(),
  engine: z.enum(["builtin", "command"], { error: "--engine is builtin or command" }).optional(),
  agentCommand: z.string().min(1).optional(),
  checks: z.string().min(1).optional(),
  maxParallel: whole(1, 100).default(4),
  dataDir: z.string().min(1).optional(),
  out: z.string().min(1).optional(),
  json: z.string().min(1).optional(),
  keep: z.boolean().default(false),
  port: whole(0, 65_535).default(0),
});

export interface RunOptions {
  repo: string;
  base: string | null;
  issue: { title: string; body: string };
  plan: unknown;
  engine: "builtin" | "command";
  agentCommand: string;
  checks: string | null;
  maxParallel: number;
  dataDir: string | null;
  out: string | null;
  json: string | null;
  keep: boolean;
  port: number;
}

/** A flag or a file that cannot be used. The message is one line that names it. */
export class BadInput extends Error {}

/** What is wrong with the first flag that is. */
export function badFlag(error: z.ZodError): BadInput {
  const issue = error.issues[0];
  const flag = String(issue?.path[0] ?? "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const message = issue?.message ?? "cannot be used";
  return new BadInput(message.startsWith("--") ? message : `--${flag}: ${message}`);
}

export function readOptions(given: Record<string, unknown>): RunOptions {
  const parsed = Flags.safeParse(given);
  if (!parsed.success) throw badFlag(parsed.error);
  const flags = parsed.data;
  const engine = flags.engine ?? (flags.agentCommand === undefined ? "builtin" : "command");
  if (engine === "command" && flags.agentCommand === undefined) {
    throw new BadInput("--agent-command is needed with --engine command: the shell command that is the agent");
  }
  if (engine === "builtin" && flags.agentCommand !== undefined) {
    throw new BadInput("--agent-command goes with --engine command, not with builtin");
  }
  return {
    ...flags,
    base: flags.base ?? null,
    issue: readIssue(flags.issue),
    plan: flags.plan === undefined ? null : readPlan(flags.plan),
    engine,
    agentCommand: flags.agentCommand ?? "",
    checks: flags.checks ?? null,
    dataDir: flags.dataDir ?? null,
    out: readOut(flags.out),
    json: flags.json ?? null,
  };
}

/** The first heading is the title, as people write such files; without one the first line is. */
function readIssue(path: string): RunOptions["issue"] {
  const text = read("--issue", path);
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== "");
  if (first < 0) throw new BadInput(`--issue: ${path} is empty`);
  const title = (lines[first] ?? "")
    .replace(/^#+\s*/, "")
    .trim()
    .slice(0, 256);
  const body = lines
    .slice(first + 1)
    .join("\n")
    .trim();
  if (body.length > 65_536) throw new BadInput(`--issue: ${path} is longer than the 65,536 characters GitHub allows`);
  return { title, body };
}

/** Only whether it is JSON: what is in it is judged where every plan is judged. */
function readPlan(path: string): unknown {
  try {
    return JSON.parse(read("--plan", path));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`--plan: ${path} is not JSON: ${(error as Error).message}`);
  }
}

function readOut(path: string | undefined): string | null {
  if (path === undefined) return null;
  if (existsSync(path)) throw new BadInput(`--out: ${path} exists already; name a folder that does not`);
  return path;
}

function read(flag: string, path: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) throw new BadInput(`${flag}: there is no file ${path}`);
  return readFileSync(path, "utf8");
}
