/** The research's two tools: list a folder, and read a file. Both end at their limits. */
import type { Tool } from "@anthropic-ai/sdk/resources/messages/messages";
import { z } from "zod";
import type { Repo } from "../../core/github.ts";
import type { GitHub } from "../../loop/github-port.ts";
import { untrusted, visibleCharacters } from "../../messages/agent/untrusted.ts";
import { outline } from "../outline.ts";

export interface Shelf {
  github: Pick<GitHub, "readFile">;
  repo: Repo;
  sha: string;
  paths: readonly string[];
}

const MAX_LIST_CHARACTERS = 8_000;
const MAX_FILE_CHARACTERS = 16_000;

export const TOOLS: Tool[] = [
  {
    name: "list_files",
    description: "The paths below a folder; where there are many, folders with counts.",
    input_schema: {
      type: "object",
      properties: { folder: { type: "string", description: "From the repository's root; empty for the root." } },
      required: ["folder"],
    },
  },
  {
    name: "read_file",
    description: "A file's text, from a line on, as far as fits.",
    input_schema: {
      type: "object",
      properties: { path: { type: "string" }, line: { type: "integer", description: "1 for the beginning." } },
      required: ["path"],
    },
  },
];

const Listing = z.object({ folder: z.string().max(1_000) });
const Reading = z.object({ path: z.string().max(1_000), line: z.number().int().min(1).default(1) });

/** Answers a wrong call with what is wrong. Throws what the port throws. */
export async function useTool(shelf: Shelf, name: string, input: unknown): Promise<string> {
  if (name === "list_files") {
    const call = Listing.safeParse(input);
    return call.success ? list(shelf, call.data.folder) : "list_files takes a folder.";
  }
  if (name === "read_file") {
    const call = Reading.safeParse(input);
    return call.success
      ? read(shelf, call.data.path, call.data.line)
      : "read_file takes a path and, if need be, a line.";
  }
  return "There is no such tool.";
}

function list({ paths }: Shelf, folder: string): string {
  const below = folder.replace(/^[./]+|\/+$/g, "");
  const found = below === "" ? paths : paths.filter((path) => path.startsWith(`${below}/`));
  if (found.length === 0) return "There is no such folder.";
  return untrusted(`paths below ${below || "the root"}`, outline(found.map(visibleCharacters), MAX_LIST_CHARACTERS));
}

/** Only what the base branch lists. */
async function read({ github, repo, sha, paths }: Shelf, path: string, line: number): Promise<string> {
  const text = paths.includes(path) ? await github.readFile(repo, sha, path) : null;
  if (text === null) return "There is no such file, or it is not text.";
  const rest = visibleCharacters(text)
    .split("\n")
    .slice(line - 1)
    .join("\n");
  const shown = rest.slice(0, MAX_FILE_CHARACTERS);
  const next = line + shown.split("\n").length - 1;
  return untrusted(path, shown) + (shown.length < rest.length ? `\nIt goes on; read on from line ${next}.` : "");
}
