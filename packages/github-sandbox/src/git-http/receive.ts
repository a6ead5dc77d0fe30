/**
 * Receives a `git push`: judges each ref by the rules of REST, lets git receive it and announces the moves.
 *
 * Steps
 * 1. The body starts with commands (ref, old SHA, new SHA). They are parsed here; git reads the whole body afterwards.
 * 2. The rules judge every command. Two facts are known only once git has the objects: is the move a fast-forward, and
 *    does it bring merge commits? So every command is judged for all four cases, and the messages go into a file.
 * 3. `git http-backend` runs. For each ref its `update` hook (`git/hook.ts`) finds out the case, prints that case's
 *    messages and refuses or allows the ref.
 * 4. After git exited, the refs are compared with those before it. `refMoved` announces each difference; before that, its
 *    subscribers update the pulls of the branch.
 * 5. Only then the client sees the end of the response. A client that has pushed finds its pulls updated.
 *
 * Properties
 * - A refused ref does not stop the other refs of the push, as on GitHub.
 * - A move counts only if git made it. The commands are a claim and are never announced.
 * - The steps 2 to 5 run within `exclusive`. No other move comes between a judgement and its move, and every difference
 *   in step 4 belongs to this push.
 *
 * Failures
 * - The client disconnects: git's input ends and git exits. Refs that moved before are announced as usual.
 * - The sandbox crashes between 3 and 4: the `push` webhook is lost. The next start finds pulls whose head moved and
 *   announces those (`pulls/recover.ts`).
 * - The commands exceed their limit or cannot be parsed: 400 before git starts.
 */

import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ApiError } from "../access/errors.ts";
import type { ActingScope, RepositoryScope } from "../context.ts";
import { type Judged, judgementFile, type Way, ways } from "../git/hook.ts";
import { isAncestor } from "../git/plumbing/history.ts";
import { zeroSha } from "../git/plumbing/names.ts";
import { listRefs } from "../git/plumbing/stored-refs.ts";
import { judgeMove } from "../protection/judge.ts";
import { refMoved } from "../refs/move.ts";
import { repositoryWeb } from "../render/site.ts";
import { runBackend } from "./backend.ts";
import { pushMessages } from "./push-messages.ts";

interface Command {
  ref: string;
  before: string | null;
  after: string | null;
}

/** The longest list of commands, in bytes. A push of thousands of refs fits. */
const maxCommandBytes = 4 * 1024 * 1024;

export async function receivePush(
  scope: ActingScope,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { repository } = scope;
  const sent = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
  const { commands, body } = await readCommands(sent);
  await scope.git.exclusive(repository, async () => {
    const before = await tips(scope);
    const judged = join(scope.git.dir(repository), `judged.${randomUUID()}`);
    await writeFile(judged, judgementFile(commands.flatMap((command) => judgedWays(scope, command))));
    try {
      await runBackend(scope, request, response, {
        rest: "git-receive-pack",
        service: "git-receive-pack",
        body,
        env: { SANDBOX_JUDGED: judged },
        ended: () => announceMoves(scope, before),
      });
    } finally {
      await rm(judged, { force: true });
    }
  });
}

/** Judges the command for each case of the move, and keeps the cases that have messages. */
function judgedWays(scope: ActingScope, command: Command): Judged[] {
  const { ref } = command;
  const judged = (way: Way): Judged => {
    const judgement = judgeMove(scope, { ...command, ...way }, scope.initiator.user);
    return { ref, ...way, refused: judgement.against.length > 0, lines: pushMessages(ref, judgement, rulesPage) };
  };
  const rulesPage = `${repositoryWeb(scope)}/rules?ref=${encodeURIComponent(ref)}`;
  return ways.map(judged).filter(({ lines }) => lines.length > 0);
}

async function tips(scope: RepositoryScope): Promise<Map<string, string>> {
  const refs = await listRefs(scope.git.at(scope.repository), "refs/");
  return new Map(refs.map(({ ref, sha }) => [ref, sha]));
}

/** Announces every ref that is not where it was. Call it within `exclusive`: all differences then belong to this push. */
async function announceMoves(scope: ActingScope, old: Map<string, string>): Promise<void> {
  const now = await tips(scope);
  for (const ref of new Set([...old.keys(), ...now.keys()])) {
    const before = old.get(ref) ?? null;
    const after = now.get(ref) ?? null;
    if (before === after) continue;
    const lost =
      before !== null && after !== null && !(await isAncestor(scope.git.at(scope.repository), before, after));
    await refMoved(scope, { ref, before, after, forced: lost });
  }
}

/**
 * Parses the commands at the start of the body. Returns them with the whole body, which git has to read again.
 * https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
 */
async function readCommands(sent: Readable): Promise<{ commands: Command[]; body: Readable }> {
  const chunks = sent[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let start: Buffer = Buffer.alloc(0);
  let lines = packetLines(start);
  while (lines === null && start.length < maxCommandBytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
    lines = packetLines(start);
  }
  async function* whole() {
    yield start;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  if (lines === null) throw new ApiError(400, "The push has no list of references, or one that is too long.");
  return { commands: lines.flatMap((line) => parseCommand(line) ?? []), body: Readable.from(whole()) };
}

/** Returns the lines before the first flush packet; null if it has not come yet or the lines are malformed. */
function packetLines(bytes: Buffer): string[] | null {
  const lines: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    if (length === 0) return lines;
    if (!(length >= 4)) return null;
    if (at + length > bytes.length) return null;
    lines.push(bytes.toString("utf8", at + 4, at + length));
    at += length;
  }
  return null;
}

function parseCommand(line: string): Command | null {
  const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line);
  const [, before = "", after = "", ref = ""] = match ?? [];
  if (match === null) return null;
  return { ref, before: before === zeroSha ? null : before, after: after === zeroSha ? null : after };
}
