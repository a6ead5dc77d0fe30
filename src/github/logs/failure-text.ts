/** Reads the message of a failed check: an excerpt of an Actions job's log, or the check run's own output. */
import { z } from "zod";
import type { Check, Repo } from "../../core/github.ts";
import type { GitHub } from "../../loop/github-port.ts";
import { Refused } from "../../loop/github-port.ts";
import { ReaderStopped } from "../../loop/readers-port.ts";
import type { Calls } from "../calls.ts";
import { meaningOf } from "../errors.ts";
import type { GitHubReaders } from "../readers.ts";

const CheckRun = z.object({
  output: z.object({ title: z.string().nullish(), summary: z.string().nullish(), text: z.string().nullish() }),
});
/** GitHub takes 64 KB of message. */
const MAX_MESSAGE = 4_000;
const Annotation = z.object({
  path: z.string(),
  start_line: z.number(),
  annotation_level: z.string().nullish(),
  message: z
    .string()
    .transform((message) => message.slice(0, MAX_MESSAGE))
    .nullish(),
});

/** Reads only the log's last bytes: failures stand at the end, and a log can have hundreds of megabytes. */
const MAX_LOG_BYTES = 2 * 1024 * 1024;

/** The path of annotations that the runner makes itself, such as for an exit code. */
const RUNNERS_OWN = ".github";
const MAX_FIRST = 240;

export function createLogs(
  calls: Calls,
  now: () => number,
  excerptOf: GitHubReaders["logExcerpt"],
): Pick<GitHub, "failureText"> {
  /** Returns an empty text when GitHub refuses it. Rethrows temporary failures so that the loop retries. */
  async function orNothing(ask: () => Promise<string>): Promise<string> {
    try {
      return await ask();
    } catch (error) {
      const meaning = meaningOf("failureText", error, now());
      if (meaning instanceof Refused) return "";
      throw meaning;
    }
  }

  /** Reads one page. A job that may write checks can make thousands, which together would fill the memory. */
  function annotationsOf(repo: Repo, id: number): Promise<z.infer<typeof Annotation>[]> {
    const route = "GET /repos/{owner}/{repo}/check-runs/{id}/annotations";
    return calls.one(repo, route, { id, per_page: 100 }, z.array(Annotation));
  }

  async function jobLog(repo: Repo, job: number): Promise<string> {
    const route = "GET /repos/{owner}/{repo}/actions/jobs/{job}/logs";
    const bytes = await calls.downloadEnd(repo, route, { job }, MAX_LOG_BYTES);
    return bytes === null ? "" : Buffer.from(bytes).toString("utf8");
  }

  /** Returns the first annotation that a tool made, with its place in the repository; "" when there is none. */
  async function annotated(repo: Repo, id: number): Promise<string> {
    const made = (await annotationsOf(repo, id)).find(
      ({ path, annotation_level: level, message }) =>
        level === "failure" && path !== RUNNERS_OWN && !/^Process completed with exit code/.test(message ?? ""),
    );
    const words = made?.message?.split("\n").find((line) => line.trim() !== "") ?? "";
    return made === undefined || words === "" ? "" : `${made.path}:${made.start_line} ${words.trim()}`;
  }

  async function ownWords(repo: Repo, id: number): Promise<string> {
    const route = "GET /repos/{owner}/{repo}/check-runs/{id}";
    const [{ output }, annotations] = await Promise.all([
      calls.one(repo, route, { id }, CheckRun),
      annotationsOf(repo, id),
    ]);
    const marks = annotations
      .filter((annotation) => annotation.annotation_level !== "notice")
      .map((annotation) => `${annotation.path}:${annotation.start_line}: ${annotation.message ?? ""}`);
    return [output.title, output.summary, ...marks, output.text].filter((part) => (part ?? "") !== "").join("\n");
  }

  return {
    async failureText(repo, check, limit, redact) {
      const { id } = check;
      if (id === null) return "";
      const job = jobOf(check);
      const log = job === null ? "" : await redact(await orNothing(() => jobLog(repo, job)));
      const excerpt = await excerptOf(log, limit).catch((error: unknown) => {
        if (error instanceof ReaderStopped) return "";
        throw error;
      });
      if (excerpt === "") return (await redact(await orNothing(() => ownWords(repo, id)))).slice(0, limit);
      const first = (await redact(await orNothing(() => annotated(repo, id)))).slice(0, MAX_FIRST);
      return first === "" ? excerpt : `${first}\n\n${excerpt}`.slice(0, limit);
    },
  };
}

/**
 * Returns the id of the Actions job behind a check run. The details URL contains it; on github.com it equals the check
 * run's id.
 */
function jobOf(check: Check): number | null {
  const inAddress = /\/actions\/runs\/\d+\/job\/(\d+)/.exec(check.url ?? "")?.[1];
  if (inAddress !== undefined) return Number(inAddress);
  return check.producer.kind === "job" ? check.id : null;
}
